/** What the lane does when the database says no: for one item, for one organization, for everybody. */
import { Client } from 'pg';
import { CreateOrganizationDocument, DeductFromBudgetDocument } from '../support/generated/operations.js';
import { booksOf } from '../support/books.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let client: Client;
let counter = 0;
beforeAll(async () => {
  world = await startWorld();
  client = new Client({ connectionString: world.database.url });
  await client.connect();
});
afterAll(async () => {
  expect(await booksOf(client)).toEqual([]);
  await client.end();
  await world.close();
});

function deduct(amount: string, key?: string, idempotencyKey = `d-${(counter += 1)}`) {
  return world.send(
    DeductFromBudgetDocument,
    { input: { idempotencyKey, userId: 'ada', amount, onlyIfFits: false } },
    key,
  );
}

async function stored(idempotencyKey: string): Promise<number> {
  const { rowCount } = await client.query('SELECT 1 FROM usage_record WHERE idempotency_key = $1', [idempotencyKey]);
  return rowCount ?? 0;
}

// Seen to fail: with CONFLICT_RETRIES set to 0, the first call is answered SERVICE_UNAVAILABLE.
test.each(['40001', '40P01'])('a transaction that lost (%s) is run again, and nobody hears of it', async (sqlstate) => {
  await client.query(`
    CREATE SEQUENCE losses;
    CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('public.losses') <= 3 THEN RAISE EXCEPTION 'lost' USING ERRCODE = '${sqlstate}'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER lose BEFORE INSERT ON usage_record FOR EACH ROW EXECUTE FUNCTION lose()`);
  try {
    const answer = await deduct('1', undefined, `lost-${sqlstate}`);
    expect(answer.errors).toBeUndefined();
    expect(await stored(`lost-${sqlstate}`)).toBe(1);
  } finally {
    await client.query('DROP TRIGGER lose ON usage_record; DROP FUNCTION lose; DROP SEQUENCE losses');
  }
});

test('a transaction that always loses is answered as retryable, and nothing is written', async () => {
  await client.query(`
    CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'lost' USING ERRCODE = '40P01';
    END $$;
    CREATE TRIGGER lose BEFORE INSERT ON usage_record FOR EACH ROW EXECUTE FUNCTION lose()`);
  try {
    const answer = await deduct('1', undefined, 'hopeless');
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
  } finally {
    await client.query('DROP TRIGGER lose ON usage_record; DROP FUNCTION lose');
  }
  expect(await stored('hopeless')).toBe(0);
  expect((await deduct('1', undefined, 'hopeless')).errors).toBeUndefined();
});

// Seen to fail: without the bisection all of them are refused; with the bad value capped instead of refused, none is.
test('a value that no column holds fails alone among its batch, and is not written', async () => {
  await client.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.idempotency_key = 'too large' THEN RAISE EXCEPTION 'overflow' USING ERRCODE = '22003'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON usage_record FOR EACH ROW EXECUTE FUNCTION refuse()`);
  try {
    const keys = [...Array.from({ length: 30 }, (_, index) => `small-${index}`), 'too large'];
    const answers = await Promise.all(keys.map((key) => deduct('0.000000000001', undefined, key)));
    const refused = keys.filter((_, index) => answers[index]?.errors);
    expect(refused).toEqual(['too large']);
    expect(answers.at(-1)?.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(await stored('too large')).toBe(0);
  } finally {
    await client.query('DROP TRIGGER refuse ON usage_record; DROP FUNCTION refuse');
  }
});

test('a sum that no column holds is a typed error, and the earlier sum stands', async () => {
  const { createOrganization } = await world.ask(CreateOrganizationDocument, { input: { name: 'Rich' } });
  const key = createOrganization.apiKeyValue;
  const most = '99999999999999999999999999.999999999999';
  expect((await deduct(most, key)).errors).toBeUndefined();
  const answer = await deduct('0.000000000001', key);
  expect(answer.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
});

// Seen to fail: without the side connection the other organization is refused too.
test('rows held by a long transaction stop their own organization only', async () => {
  const { createOrganization } = await world.ask(CreateOrganizationDocument, { input: { name: 'Free' } });
  const holder = new Client({ connectionString: world.database.url });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM organization_gate g JOIN organization o USING (organization_id)
      WHERE o.name = 'My organization' FOR UPDATE OF g`);
    const blocked = deduct('1', undefined, 'blocked');
    for (let index = 0; index < 5; index += 1) {
      expect((await deduct('1', createOrganization.apiKeyValue)).errors).toBeUndefined();
    }
    expect((await blocked).errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    await holder.query('ROLLBACK');
    expect((await deduct('1', undefined, 'blocked')).errors).toBeUndefined();
    expect(await stored('blocked')).toBe(1);
  } finally {
    await holder.end();
  }
});
