/** What undoes that an account was disabled for want of payment, and what a person says of it. */
import { Client } from 'pg';
import { newName } from '../support/billing-world.js';
import { CollectingWorld } from '../support/collecting-world.js';
import {
  accountOf,
  alerts,
  declines,
  endGrace,
  ENABLED,
  enforced,
  failAll,
  goTo,
  issued,
  reserve,
  UNPAID,
} from '../support/dunning.js';
import {
  CollectNowDocument,
  CreateCreditNoteDocument,
  MarkInvoiceUncollectibleDocument,
  PayInvoiceDocument,
  SwitchAccountDocument,
  VoidInvoiceDocument,
} from '../support/generated/operations.js';
import { until } from '../support/until.js';

const BY_A_PERSON = { disabledAt: expect.any(String), disabledFor: null };

let collecting: CollectingWorld;
beforeAll(async () => {
  collecting = await CollectingWorld.start({ DUNNING_RETRIES: '1d', DUNNING_ACTION: 'DISABLE_ACCOUNT' });
});
beforeEach(() => collecting.newTenant());
afterEach(() => collecting.setTime(undefined));
afterAll(() => collecting.close());

const ask: CollectingWorld['world']['ask'] = (document, variables) =>
  collecting.world.ask(document, variables, collecting.tenant.key);
const payByHand = (invoiceId: string) => ask(PayInvoiceDocument, { input: { invoiceId } });
const payByCard = (invoiceId: string) =>
  ask(CollectNowDocument, { input: { invoiceId, by: 'PAYMENT_METHOD' } as never });
const switchAda = async (disabled: boolean) =>
  (await ask(SwitchAccountDocument, { input: { kind: 'USER', externalId: 'ada', disabled } })).setAccount;

describe('the account is enabled again', () => {
  const settle: Record<string, (id: string) => Promise<unknown>> = {
    'paid by hand': payByHand,
    'paid by another card': async (id) => {
      await collecting.payer('ada', { brand: 'mastercard', last4: '4444' });
      await payByCard(id);
    },
    'taken back by a credit note': (invoiceId) =>
      ask(CreateCreditNoteDocument, {
        input: { idempotencyKey: newName('note'), invoiceId, amount: '20', reason: 'goodwill' },
      }),
    'taken back': (invoiceId) => ask(VoidInvoiceDocument, { input: { invoiceId } }),
    'given up, and paid all the same': async (invoiceId) => {
      await ask(MarkInvoiceUncollectibleDocument, { input: { invoiceId } });
      expect(await accountOf(collecting, invoiceId)).toEqual(UNPAID);
      await payByHand(invoiceId);
    },
  };
  // Seen to fail, each: without its call of recoverAccount.
  test.each(Object.keys(settle))('when its invoice is %s', async (way) => {
    const { id } = await enforced(collecting);
    expect(await reserve(collecting)).toBe('DENIED ACCOUNT_DISABLED');
    await settle[way]?.(id);
    expect(await accountOf(collecting, id)).toEqual(ENABLED);
    expect(await reserve(collecting)).toBe('ALLOWED FITS');
  });

  test('but not for a part of the money', async () => {
    const { id } = await enforced(collecting);
    const part = { invoiceId: id, amount: '19.99', idempotencyKey: 'part' };
    await ask(PayInvoiceDocument, { input: part });
    expect(await accountOf(collecting, id)).toEqual(UNPAID);
  });

  // Seen to fail: with the other invoices not looked at.
  test('when the last of two invoices is paid', async () => {
    const payer = await collecting.payer();
    declines(collecting, payer, ...Array<string>(4).fill('insufficient_funds'));
    const subscriptionId = await collecting.tenant.subscribe({ baseFee: '20' });
    const ids = [];
    for (const month of ['06', '07']) {
      await collecting.setTime(`2026-${month}-01T12:00:00Z`);
      const { id } = await collecting.tenant.issue(subscriptionId);
      ids.push(id);
      await failAll(collecting, id);
      await endGrace(collecting, id);
    }
    for (const [id, after] of [
      [ids[1], UNPAID],
      [ids[0], ENABLED],
    ] as const) {
      await payByHand(id ?? '');
      expect(await accountOf(collecting, id ?? '')).toEqual(after);
    }
  });
});

describe('what a person says stands', () => {
  // Seen to fail: with the reason of billing put on what a person disabled.
  test('an account that a person disabled is not enabled by a payment', async () => {
    const payer = await collecting.payer();
    declines(collecting, payer, 'insufficient_funds', 'insufficient_funds');
    const id = await issued(collecting);
    await failAll(collecting, id);
    expect(await switchAda(true)).toEqual(BY_A_PERSON);
    await endGrace(collecting, id);
    expect(await accountOf(collecting, id)).toEqual(BY_A_PERSON);
    await payByHand(id);
    expect(await accountOf(collecting, id)).toEqual(BY_A_PERSON);
  });

  // Seen to fail: with disabledFor left as it was by setAccount.
  test('also where it was disabled for want of payment before', async () => {
    const { id } = await enforced(collecting);
    expect(await switchAda(true)).toEqual(BY_A_PERSON);
    await payByHand(id);
    expect(await accountOf(collecting, id)).toEqual(BY_A_PERSON);
  });

  // Seen to fail: with the account read before the wait, so that billing's reason was left on what a person said.
  test('also where both come at once', async () => {
    const payer = await collecting.payer();
    declines(collecting, payer, 'insufficient_funds', 'insufficient_funds');
    const id = await issued(collecting);
    const { enforceAt } = await failAll(collecting, id);
    const client = new Client({ connectionString: collecting.world.database.url });
    await client.connect();
    const waiting = async (count: number) => {
      const { rowCount } = await client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rowCount === count;
    };
    await client.query('BEGIN');
    await client.query(`SELECT FROM account WHERE external_id = 'ada' FOR NO KEY UPDATE`);
    await goTo(collecting, enforceAt);
    await until(() => waiting(1));
    const said = switchAda(true);
    await until(() => waiting(2));
    await client.query('COMMIT');
    await client.end();
    expect(await said).toEqual(BY_A_PERSON);
    expect(await accountOf(collecting, id)).toEqual(BY_A_PERSON);
    expect(await collecting.invoice(id)).toMatchObject({ enforcedAt: expect.any(String) as unknown });
  });

  // Seen to fail: with what was enforced enforced again.
  test('an account that a person enabled is not disabled again for the same invoice', async () => {
    const { id } = await enforced(collecting);
    expect(await switchAda(false)).toEqual(ENABLED);
    // Whatever is due is done in the order in which it came due.
    const { id: later } = await enforced(collecting, 'bob');
    expect(await accountOf(collecting, later)).toEqual(UNPAID);
    expect(await accountOf(collecting, id)).toEqual(ENABLED);
  });

  // Seen to fail: with every invoice that was ever enforced in the way.
  test('but for the next one, and paying that is enough', async () => {
    const payer = await collecting.payer();
    declines(collecting, payer, ...Array<string>(4).fill('insufficient_funds'));
    const subscriptionId = await collecting.tenant.subscribe({ baseFee: '20' });
    const fail = async () => {
      const { id } = await collecting.tenant.issue(subscriptionId);
      await failAll(collecting, id);
      await endGrace(collecting, id);
      return id;
    };
    await fail();
    await switchAda(false);
    await collecting.setTime('2026-07-01T12:00:00Z');
    const next = await fail();
    expect(await accountOf(collecting, next)).toEqual(UNPAID);
    await payByHand(next);
    expect(await accountOf(collecting, next)).toEqual(ENABLED);
  });

  test('an invoice that is given up is neither collected nor enforced any more', async () => {
    const payer = await collecting.payer();
    declines(collecting, payer, 'insufficient_funds', 'insufficient_funds');
    const id = await issued(collecting);
    await failAll(collecting, id);
    await ask(MarkInvoiceUncollectibleDocument, { input: { invoiceId: id } });
    expect(await collecting.invoice(id)).toMatchObject({ status: 'UNCOLLECTIBLE', collectAt: null, enforceAt: null });
    // Somebody who tries all the same is told.
    declines(collecting, payer, 'lost_card');
    const input = { invoiceId: id, by: 'PAYMENT_METHOD' } as never;
    expect(await collecting.world.codeOf(CollectNowDocument, { input }, collecting.tenant.key)).toBe('PAYMENT_FAILED');
    expect((await alerts(collecting)).map(({ reason }) => reason)[0]).toBe('lost_card');
    expect(await collecting.invoice(id)).toMatchObject({ collectAt: null, enforceAt: null });
  });
});
