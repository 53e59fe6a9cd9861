/** I5: the key is exchanged while two servers are at work, and nobody notices. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { RunningServer } from '../../src/server.js';
import { Caller } from '../support/caller.js';
import { setClockAhead } from '../support/clock.js';
import { CollectingWorld } from '../support/collecting-world.js';
import { TEST_KEYS } from '../support/database.js';
import { dumpOf } from '../support/dump.js';
import {
  BillingProfileOfDocument,
  CreateApiKeyDocument,
  InvoicePageDocument,
  PaymentMethodsDocument,
  RefundedInvoiceDocument,
  SetAccountDocument,
  SetBillingProfileDocument,
} from '../support/generated/operations.js';
import { plantPersonalData, type PersonalData } from '../support/personal-data.js';
import { spawnServer, startAnother } from '../support/servers.js';
import { testSealer } from '../support/test-sealer.js';
import { until } from '../support/until.js';

const keyOf = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const [SECOND, THIRD] = [keyOf('second', 8), keyOf('third', 9)];
const WORKERS = 8;

let folder: string;
let file: string;
let collecting: CollectingWorld;
let other: RunningServer;
let client: Client;
let data: PersonalData;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-keys-'));
  file = join(folder, 'keys');
  await writeFile(file, TEST_KEYS);
  collecting = await CollectingWorld.start(settings());
  await collecting.newTenant();
  other = await startAnother(collecting.world.database.url, settings());
  client = new Client({ connectionString: collecting.world.database.url });
  await client.connect();
  data = await plantPersonalData(collecting, 'ada');
}, 60_000);
afterAll(async () => {
  await client.end();
  await other.close();
  await collecting.close();
  await rm(folder, { recursive: true });
});

const settings = () => ({ ENCRYPTION_KEYS: '', ENCRYPTION_KEYS_FILE: file, INVOICE_INTERVAL: '0' });

const knownKeys = async () =>
  (await client.query<{ id: string }>('SELECT id FROM encryption_key ORDER BY id')).rows.map(({ id }) => id);
/** No server has said for that long that it encrypts by an old key. */
let aheadSeconds = 0;
const pass = () => {
  const { world } = collecting;
  // A server that is closed has no clock.
  const server = { ...world.server, syncClock: () => Promise.resolve() };
  return setClockAhead({ ...world, server }, (aheadSeconds += 60));
};

/** Writes and reads what is encrypted, until it is told to stop. Every answer that is an error fails it. */
async function work(at: string, n: number, isOver: () => boolean): Promise<number> {
  const by = new Caller(at, collecting.tenant.key);
  const externalId = `user-${n}`;
  let calls = 0;
  while (!isOver() || calls === 0) {
    const name = `Name ${n}-${calls}`;
    const { setAccount } = await by.ask(SetAccountDocument, { input: { kind: 'USER', externalId, name } });
    expect(setAccount).toMatchObject({ name });
    await by.ask(SetBillingProfileDocument, {
      input: { userId: externalId, legalName: name, address: ['Street', name] },
    });
    const { billingProfile } = await by.ask(BillingProfileOfDocument, { userId: externalId });
    expect(billingProfile).toMatchObject({ legalName: name });
    const { createApiKey } = await by.ask(CreateApiKeyDocument, { input: { name, roles: ['SERVICE'] } });
    expect(createApiKey.apiKey).toMatchObject({ name });
    const seen = [
      (await by.ask(InvoicePageDocument, { id: data.invoiceId })).invoice,
      (await by.ask(RefundedInvoiceDocument, { id: data.invoiceId })).invoice,
      (await by.ask(PaymentMethodsDocument, { userId: 'ada' })).paymentMethods,
    ].map((answer) => JSON.stringify(answer));
    expect(seen[0]).toContain(data.ofUser['legalName']);
    expect(seen[1]).toContain(data.ofUser['payment']);
    expect(seen[2]).toContain(data.ofUser['method']);
    calls += 1;
  }
  return calls;
}

// Seen to fail: with a file that is read at the start alone; with the rows of one table left out.
test('under load, without a call that fails; then the old key can go', async () => {
  let isOver = false;
  const loads = Array.from({ length: WORKERS }, (_, n) =>
    work(n % 2 ? other.url : collecting.world.server.url, n, () => isOver),
  );
  const loaded = Promise.all(loads).finally(() => (isOver = true));
  await writeFile(file, `${SECOND}\n${TEST_KEYS}\n`);
  await until(async () => isOver || (await knownKeys()).includes('second'));
  // What the other still encrypts by the old one is found as well.
  await pass();
  await until(async () => isOver || (await knownKeys()).join() === 'second');
  isOver = true;
  for (const calls of await loaded) expect(calls).toBeGreaterThan(0);
  const dump = await dumpOf(client);
  expect(dump).not.toContain('tg1:test:');
  expect(dump).toContain('tg1:second:');

  const withOld = startAnother(collecting.world.database.url, { ENCRYPTION_KEYS: TEST_KEYS });
  await expect(withOld).rejects.toThrow(/by the key "second", which is not among/);
  const withNew = await startAnother(collecting.world.database.url, { ENCRYPTION_KEYS: SECOND });
  expect(await work(withNew.url, WORKERS, () => true)).toBe(1);
  await withNew.close();
}, 90_000);

// Seen to fail: with a key that was forgotten after the first page of each table.
test('a server that is killed half way leaves nothing undone to who comes after it', async () => {
  const ROWS = 10_000;
  const sealer = await testSealer(client, `${SECOND},${TEST_KEYS}`);
  const { rows } = await client.query<{ id: string }>('SELECT organization_id AS id FROM organization LIMIT 1');
  const names = Array.from({ length: ROWS }, (_, n) => sealer.seal('account.name', `Name ${n}`));
  await client.query(
    `INSERT INTO account (organization_id, id, kind, external_id, name, created_at)
     SELECT $1, gen_random_uuid(), 'USER', 'many-' || n, name, tollgate_now()
     FROM unnest($2::text[]) WITH ORDINALITY AS r (name, n)`,
    [rows[0]?.id, names],
  );
  // Only the one that is killed has the new key first.
  const own = join(folder, 'own');
  await writeFile(own, `${THIRD},${SECOND}`);
  await writeFile(file, `${SECOND},${THIRD}`);
  const killed = await spawnServer(collecting.world.database.url, { ...settings(), ENCRYPTION_KEYS_FILE: own });
  const count = async (id: string) => {
    const found = await client.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM account WHERE starts_with(name, $1)',
      [`tg1:${id}:`],
    );
    return found.rows[0]?.n ?? 0;
  };
  await other.close();
  await collecting.world.server.close();
  await pass();
  await until(async () => (await count('third')) > 0);
  await killed.kill();
  expect(await count('second')).toBeGreaterThan(0);
  expect(await knownKeys()).toEqual(['second', 'third']);

  const next = await startAnother(collecting.world.database.url, { ...settings(), ENCRYPTION_KEYS_FILE: own });
  await pass();
  await until(async () => (await knownKeys()).join() === 'third');
  expect(await count('second')).toBe(0);
  expect(await count('third')).toBeGreaterThanOrEqual(ROWS);
  await next.close();
}, 90_000);
