/** I10: a person is forgotten, and the money that was spent and paid stays. */
import { Client } from 'pg';
import type { RunningServer } from '../../src/server.js';
import { booksOf } from '../support/books.js';
import { CollectingWorld } from '../support/collecting-world.js';
import { openedDumpOf } from '../support/dump.js';
import {
  CreateApiKeyDocument,
  EraseAccountDocument,
  InvoicePageDocument,
  PaymentMethodsDocument,
  RecordUsageDocument,
  RefundedInvoiceDocument,
  SetAccountDocument,
  UsageSummaryDocument,
  ViewerDocument,
} from '../support/generated/operations.js';
import { plantPersonalData, type PersonalData } from '../support/personal-data.js';
import { startAnother } from '../support/servers.js';
import { testSealer } from '../support/test-sealer.js';
import { until } from '../support/until.js';
import { Caller } from '../support/caller.js';

let collecting: CollectingWorld;
let other: RunningServer;
let client: Client;
beforeAll(async () => {
  collecting = await CollectingWorld.start();
  other = await startAnother(collecting.world.database.url);
  client = new Client({ connectionString: collecting.world.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await other.close();
  await collecting.close();
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);
const codeOf: CollectingWorld['world']['codeOf'] = (document, variables) =>
  collecting.world.codeOf(document, variables, collecting.tenant.key);

/** Whose it is: looked up by nothing that is erased. */
const accountIdOf = async (externalId: string) =>
  (await ask(SetAccountDocument, { input: { kind: 'USER', externalId } })).setAccount.id;

/** What of the money can be seen of an invoice. */
async function moneyOf({ invoiceId: id }: PersonalData) {
  const { invoice } = await ask(RefundedInvoiceDocument, { id });
  const page = (await ask(InvoicePageDocument, { id })).invoice;
  return { invoice, total: page?.total, number: page?.number, lines: page?.lines };
}

// Seen to fail: with each of the tables left out of the erasure, and without the account's own id.
test('nothing personal of a user is left anywhere, and its money is as it was', async () => {
  const userId = 'ada.canary@example.com';
  const data = await plantPersonalData(collecting, userId);
  const id = await accountIdOf(userId);
  const money = await moneyOf(data);
  const sealer = await testSealer(client);
  // By the id of the payment, the refund and the dispute the books are compared with the processor; what opens the page
  // shows what is left. Events go after 35 days. The twin has the same card.
  const { payment, refund, otherRefund, dispute, accessKey, fingerprint, ...personal } = data.ofUser;
  expect([payment, refund, otherRefund, dispute, accessKey, fingerprint]).not.toContain(undefined);
  const gone = Object.entries({ ...personal, userId: `"${userId}"` });
  const left = async () => {
    const dump = await openedDumpOf(client, sealer, ['webhook_event']);
    return gone.filter(([, value]) => dump.includes(value)).map(([what]) => what);
  };
  expect(await left()).toEqual(gone.map(([what]) => what));

  const { eraseAccount: erased } = await ask(EraseAccountDocument, { input: { userId } });
  expect(erased).toMatchObject({ id, externalId: expect.stringMatching(/^erased-[0-9a-f-]{36}$/), name: null });
  expect(erased.disabledAt).not.toBeNull();
  expect(await left()).toEqual([]);
  expect(await moneyOf(data)).toEqual(money);
  const page = JSON.stringify((await ask(InvoicePageDocument, { id: data.invoiceId })).invoice);
  expect(page).not.toContain(personal['legalName']);
  expect(await ask(PaymentMethodsDocument, { userId: erased.externalId })).toEqual({ paymentMethods: [] });
  expect(collecting.stripe.state.paymentMethods.get(personal['method'] ?? '')?.customer).toBeNull();
  const asked = { userId: erased.externalId, from: '2026-05-31', to: '2026-06-03', groupBy: ['MODEL'] } as never;
  const { usageSummary } = await ask(UsageSummaryDocument, { input: asked });
  expect(JSON.stringify(usageSummary)).toContain('2.5');
  expect(await booksOf(client)).toEqual([]);

  // Told of by the processor, nothing of it comes back.
  await collecting.stripe.deliver(`${collecting.world.server.url}/webhooks/stripe`);
  await until(async () => {
    const { rows } = await client.query(`SELECT FROM webhook_event WHERE status = 'RECEIVED'`);
    return rows.length === 0;
  });
  expect(await left()).toEqual([]);
  const again = await ask(EraseAccountDocument, { input: { account: id } });
  expect(again.eraseAccount).toEqual(erased);
}, 60_000);

// Seen to fail: with accounts that are known for good.
test('every server forgets the id within seconds: who names it then means a new user', async () => {
  await ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'bob', name: 'Bob' } });
  const at = [collecting.world.server.url, other.url].map((url) => new Caller(url, collecting.tenant.key));
  const record = async (by: Caller, idempotencyKey: string) =>
    by.ask(RecordUsageDocument, {
      input: { idempotencyKey, userId: 'bob', model: 'gpt-4o', promptTokens: 1 } as never,
    });
  for (const [n, by] of at.entries()) await record(by, `before-${n}`);
  const { eraseAccount: erased } = await ask(EraseAccountDocument, { input: { userId: 'bob' } });
  const accounts = async () =>
    (await client.query(`SELECT FROM account WHERE kind = 'USER' AND external_id = 'bob'`)).rows.length;
  let calls = 0;
  await until(async () => {
    const [, there] = at;
    if (there) await record(there, `after-${(calls += 1)}`);
    return (await accounts()) === 1;
  });
  expect(await accountIdOf('bob')).not.toBe(erased.id);
});

// Seen to fail: with the keys left out.
test('its keys are revoked', async () => {
  await accountIdOf('cleo');
  const input = { name: 'own', roles: ['MEMBER' as const], userId: 'cleo' };
  const { createApiKey } = await ask(CreateApiKeyDocument, { input });
  const by = new Caller(other.url, createApiKey.value);
  await by.ask(ViewerDocument, {});
  await ask(EraseAccountDocument, { input: { userId: 'cleo' } });
  await until(async () => (await by.codeOf(ViewerDocument, {})) === 'UNAUTHENTICATED');
});

// Seen to fail: with the processor asked after the rest was committed.
test('until the processor has let go of the methods nothing is erased', async () => {
  const { methodRef } = await collecting.payer('dan');
  const held = collecting.stripe.hold({ method: 'POST', path: /\/detach$/ });
  const erasing = ask(EraseAccountDocument, { input: { userId: 'dan' } });
  await held.arrived;
  expect((await ask(PaymentMethodsDocument, { userId: 'dan' })).paymentMethods).toHaveLength(1);
  held.release();
  const { externalId } = (await erasing).eraseAccount;
  expect(collecting.stripe.state.paymentMethods.get(methodRef)?.customer).toBeNull();
  expect(await ask(PaymentMethodsDocument, { userId: externalId })).toEqual({ paymentMethods: [] });
});

test('only people are erased, and only by who may', async () => {
  await ask(SetAccountDocument, { input: { kind: 'TEAM', externalId: 'red' } });
  const { id: account } = (await ask(SetAccountDocument, { input: { kind: 'TEAM', externalId: 'red' } })).setAccount;
  expect(await codeOf(EraseAccountDocument, { input: { account } })).toBe('BAD_USER_INPUT');
  expect(await codeOf(EraseAccountDocument, { input: {} })).toBe('BAD_USER_INPUT');
  expect(await codeOf(EraseAccountDocument, { input: { userId: 'nobody' } })).toBe('NOT_FOUND');
  const finance = await ask(CreateApiKeyDocument, { input: { name: 'f', roles: ['FINANCE'] } });
  const by = new Caller(other.url, finance.createApiKey.value);
  expect(await by.codeOf(EraseAccountDocument, { input: { userId: 'ada' } })).toBe('FORBIDDEN');
});
