/** I3, I4, I6: what of people stands in the database tells nothing to whoever has the database alone. */
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { CollectingWorld } from '../support/collecting-world.js';
import { TEST_KEYS } from '../support/database.js';
import { InvoicePageDocument, RefundedInvoiceDocument, SetAccountDocument } from '../support/generated/operations.js';
import { plantPersonalData, type PersonalData } from '../support/personal-data.js';
import { withClient } from '../support/server-process.js';
import { startAnother } from '../support/servers.js';
import { testSealer } from '../support/test-sealer.js';
import { dumpOf } from '../support/dump.js';

let collecting: CollectingWorld;
let client: Client;
let data: PersonalData;
beforeAll(async () => {
  collecting = await CollectingWorld.start();
  await collecting.newTenant();
  client = new Client({ connectionString: collecting.world.database.url });
  await client.connect();
  data = await plantPersonalData(collecting, 'ada');
}, 60_000);
afterAll(async () => {
  await client.end();
  await collecting.close();
});

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);

// Seen to fail: with a column left as text, and without its check; with the name of an API key in the trail; with the key of the note of a
// refund that somebody made at the processor; with the fingerprint as the processor says it.
test('I4: a dump of all tables holds no personal data, no id of a processor and no usable key', async () => {
  const planted = Object.entries({ ...data.ofUser, ...data.ofOrganization });
  expect(planted.filter(([, value]) => value.length < 6)).toEqual([]);
  const dump = await dumpOf(client);
  const found = planted.filter(([, value]) => {
    const bytes = Buffer.from(value);
    return [value, bytes.toString('hex'), bytes.toString('base64')].some((text) => dump.includes(text));
  });
  expect(found).toEqual([]);
  // What is looked for would be found: what is readable is there.
  expect(dump).toContain('payment_intent.succeeded');
});

test('and all of it is shown to who may see it', async () => {
  const { invoiceId: id } = data;
  const { invoice } = await ask(InvoicePageDocument, { id });
  expect(JSON.stringify(invoice)).toContain(data.ofUser['legalName']);
  const refunded = JSON.stringify((await ask(RefundedInvoiceDocument, { id })).invoice);
  for (const what of ['payment', 'refund', 'dispute']) expect(refunded).toContain(data.ofUser[what]);
});

/** The columns that can hold a text, as `table.column`. */
async function textColumns(): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname || '.' || a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
       AND format_type(a.atttypid, NULL) ~ '^(text|character|json)' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** What docs/encryption.md decides: its table's lines are table, columns, what becomes of them, and why. */
async function decisions(): Promise<Map<string, string>> {
  const lines = (await readFile('docs/encryption.md', 'utf8')).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, table, columns = '', decision = ''] = /^\| `(\w+)`\s*\|([^|]*)\|([^|]*)\|/.exec(line) ?? [];
      return table === undefined
        ? []
        : [...columns.matchAll(/`(\w+)`/g)].map(([, column]): [string, string] => [
            `${table}.${column}`,
            decision.trim(),
          ]);
    }),
  );
}

// Seen to fail: with a column taken out of the page; with a column called encrypted that is not; without the checks.
test('it is decided of every column with a text what becomes of it, and PostgreSQL takes no plain text where that says so', async () => {
  const decided = await decisions();
  expect([...decided.keys()].sort()).toEqual(await textColumns());
  const { rows } = await client.query<{ name: string; rule: string }>(
    `SELECT conrelid::regclass::text AS name, pg_get_constraintdef(oid) AS rule FROM pg_constraint
     WHERE conname LIKE '%_sealed_check'`,
  );
  const checked = rows.flatMap(({ name, rule }) =>
    [...rule.matchAll(/starts_with\((\w+), '(tg1|x1):'/g)].map(([, column, form]) => `${name}.${column} ${form}`),
  );
  const said = [...decided].flatMap(([column, decision]) => {
    if (column.startsWith('encryption_key.')) return [];
    if (decision === 'encrypted') return [`${column} tg1`];
    return decision === 'blind' ? [`${column} x1`] : [];
  });
  expect(checked.sort()).toEqual(said.sort());
});

// Seen to fail: with ciphertexts compared as they stand: even the world could not be made, because rows were written that
// may not be.
test('a row that is read and not changed is not written again', async () => {
  const versions = async () =>
    (await client.query<object>(`SELECT xmin::text AS version FROM account WHERE external_id = 'ada'`)).rows;
  const before = await versions();
  const set = (name: string) => ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', name } });
  await set('Ada Canary');
  expect(await versions()).toEqual(before);
  await set('Ada Canary the Second');
  expect(await versions()).not.toEqual(before);
  await set('Ada Canary');
});

describe('what cannot be decrypted', () => {
  const read = () => collecting.world.send(SetAccountDocument, NAMED, collecting.tenant.key);
  const NAMED = { input: { kind: 'USER', externalId: 'ada', disabled: false } } as const;

  // Seen to fail: with what has no ciphertext's form answered as it is.
  test.each<[string, (stored: string) => string]>([
    ['of another column', (stored) => stored],
    ['with a bit changed', (stored) => `${stored.slice(0, -3)}${stored.at(-3) === 'A' ? 'B' : 'A'}${stored.slice(-2)}`],
    ['by a key that is not here', (stored) => stored.replace('tg1:test:', 'tg1:gone:')],
    ['plain text that looks like it', () => 'tg1:Ada'],
  ])('is an error with a number, and no text: %s', async (what, change) => {
    const sealer = await testSealer(client);
    const place = what === 'of another column' ? 'organization.name' : 'account.name';
    const stored = sealer.seal(place, 'Ada Canary');
    await client.query(`UPDATE account SET name = $1 WHERE external_id = 'ada'`, [change(stored)]);
    const { errors } = await read();
    expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
    expect(JSON.stringify(errors)).not.toMatch(/Ada|tg1|gone/);
    await client.query(`UPDATE account SET name = $1 WHERE external_id = 'ada'`, [
      sealer.seal('account.name', 'Ada Canary'),
    ]);
    expect((await read()).errors).toBeUndefined();
  });

  // Seen to fail: without the checks of the migration.
  test('PostgreSQL takes no plain text, not even from the owner of the tables', async () => {
    const plain = client.query(`UPDATE account SET name = 'Ada' WHERE external_id = 'ada'`);
    await expect(plain).rejects.toThrow(/account_sealed_check/);
  });
});

describe('I6: a start with keys that are not right is refused in one sentence', () => {
  async function refusal(environment: Record<string, string>): Promise<string> {
    try {
      await (await startAnother(collecting.world.database.url, { ENCRYPTION_KEYS: '', ...environment })).close();
      return 'It started.';
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : '';
    }
  }
  const SECRET = Buffer.alloc(32, 9).toString('base64');

  // The first three were seen to fail with their checks left out.
  test.each<[string, Record<string, string>, RegExp]>([
    ['none', {}, /^StartError: With DATABASE_URL set, ENCRYPTION_KEYS or ENCRYPTION_KEYS_FILE must .*openssl rand/],
    ['another', { ENCRYPTION_KEYS: `k2:${SECRET}` }, /^StartError: .* by the key "test", which is not among/],
    ['a wrong one', { ENCRYPTION_KEYS: `test:${SECRET}` }, /^StartError: The encryption key "test" is not the one/],
    [
      'half of one',
      { ENCRYPTION_KEYS: TEST_KEYS.slice(0, 30) },
      /^ConfigError: .*ENCRYPTION_KEYS must be keys such as/,
    ],
    ['a file that is not there', { ENCRYPTION_KEYS_FILE: '/nowhere' }, /^StartError: .* \/nowhere cannot be read/],
    ['a file of something else', { ENCRYPTION_KEYS_FILE: 'README.md' }, /^StartError: README.md must hold keys/],
    ['both', { ENCRYPTION_KEYS: TEST_KEYS, ENCRYPTION_KEYS_FILE: 'README.md' }, /^ConfigError: .* not both be set/],
  ])('%s', async (_says, environment, sentence) => {
    const said = await refusal(environment);
    expect(said).toMatch(sentence);
    expect(said).not.toContain(SECRET);
  });
});

// Seen to fail: with the rows of one table left out.
test('what an earlier version wrote in plain text is encrypted by the first start, and found by its value', async () => {
  const { world } = collecting;
  const sealer = await testSealer(client);
  const before = await dumpOf(client);
  const { rows: rules } = await client.query<{ of: string; rule: string; name: string }>(
    `SELECT conrelid::regclass::text AS of, conname AS name, pg_get_constraintdef(oid) AS rule FROM pg_constraint
     WHERE conname LIKE '%_sealed_check'`,
  );
  for (const { of, name } of rules) await client.query(`ALTER TABLE ${of} DROP CONSTRAINT ${name}`);
  const { rows: payments } = await client.query<{ id: string; ref: string }>(
    'SELECT id, processor_ref AS ref FROM payment WHERE processor_ref IS NOT NULL',
  );
  for (const { id, ref } of payments) {
    const plain = sealer.open('payment.processor_ref', ref);
    await client.query('UPDATE payment SET processor_ref = $1 WHERE id = $2', [plain, id]);
  }
  await client.query(`UPDATE account SET name = 'Ada Canary' WHERE external_id = 'ada'`);
  await client.query(`UPDATE account SET name = 'tg1:Bob' WHERE external_id = ''`);
  for (const { of, name, rule } of rules) await client.query(`ALTER TABLE ${of} ADD CONSTRAINT ${name} ${rule}`);
  await client.query('UPDATE encryption_key SET is_whole = false');
  expect(await dumpOf(client)).toContain('Ada Canary');
  const server = await startAnother(world.database.url);
  await server.close();
  const after = await dumpOf(client);
  for (const gone of ['Ada Canary', 'tg1:Bob', data.ofUser['payment'] ?? '']) expect(after).not.toContain(gone);
  expect(after.length).toBeGreaterThan(before.length / 2);
  const { invoiceId: id } = data;
  expect(JSON.stringify(await ask(RefundedInvoiceDocument, { id }))).toContain(data.ofUser['payment']);
  const { rows } = await client.query('SELECT FROM payment WHERE processor_ref_index = $1', [
    sealer.refIndex(data.ofUser['payment'] ?? ''),
  ]);
  expect(rows).toHaveLength(1);
  await withClient(world.database.url, testSealer);
}, 30_000);
