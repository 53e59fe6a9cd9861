/** From an invoice to its money: a card that pays, one that fails until the account is disabled, 3-D Secure, a refund. */
import { setTimeout as pause } from 'node:timers/promises';
import { stop, type Ask } from './ask.js';
import type { Payer } from './payer.js';

interface Payment {
  readonly id: string;
  readonly status: string;
  readonly amount: string;
  readonly attempt: number | null;
  readonly declineCode: string | null;
  readonly processorRef: string | null;
  readonly refunds: readonly { readonly amount: string; readonly status: string }[];
}

interface Collected {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly amountDue: string;
  readonly amountPaid: string;
  readonly failedAttempts: number;
  readonly enforceAt: string | null;
  readonly enforcedAt: string | null;
  readonly payments: readonly Payment[];
}

const COLLECTED = `{ id number status amountDue amountPaid failedAttempts enforceAt enforcedAt
  payments { id status amount attempt declineCode processorRef refunds { amount status } } }`;
const LOOK_AGAIN_MS = 50;

export interface Stage {
  readonly ask: Ask;
  readonly serverUrl: string;
  readonly payer: Payer;
  readonly teamId: string;
  readonly subscriptionId: string;
  setClock(instant: string): Promise<void>;
}

export async function demonstrateCollecting(stage: Stage, openInvoiceId: string): Promise<void> {
  const visa = await keepCard(stage, 'pm_card_visa');
  console.log('\nThe team keeps a card at Stripe. What was still to be paid is collected from it at once:');
  tell(await seen(stage, openInvoiceId, ({ status }) => status === 'PAID'));

  await keepCard(stage, 'pm_card_chargeCustomerFail');
  await stage.setClock('2026-08-01T09:00:00Z');
  const failing = await issue(stage);
  console.log(`Invoice ${failing.number} is to be collected from another card, which its bank declines:`);
  await demonstrateDunning(stage, failing.id, visa);

  await stage.setClock('2026-09-01T09:00:00Z');
  await demonstrateAction(stage);
  await demonstrateRefund(stage, openInvoiceId);
}

/** Every attempt of the schedule, and what comes after the last. */
async function demonstrateDunning(stage: Stage, invoiceId: string, visa: string): Promise<void> {
  const days = ['01', '02', '05', '10', '17'];
  for (const [n, day] of days.entries()) {
    if (n > 0) await stage.setClock(`2026-08-${day}T10:00:00Z`);
    tell(await seen(stage, invoiceId, ({ failedAttempts }) => failedAttempts === n + 1));
  }
  const alerts = await stage.ask<{ alerts: { edges: { node: { kind: string; reason: string | null } }[] } }>(
    '{ alerts(filter: { kind: PAYMENT_FAILED }) { edges { node { kind reason } } } }',
  );
  console.log(`${alerts.alerts.edges.length} alerts told of it: ${alerts.alerts.edges[0]?.node.reason}.`);
  await stage.setClock('2026-08-20T10:00:00Z');
  await seen(stage, invoiceId, ({ enforcedAt }) => enforcedAt !== null);
  console.log(`After the grace the team is disabled: a reservation is ${await reserve(stage, 'before')}.`);
  const input = { invoiceId, by: 'PAYMENT_METHOD', paymentMethodId: visa };
  await mutate(stage, 'payInvoice', 'PayInvoiceInput', input, '{ id }');
  tell(await seen(stage, invoiceId, ({ status }) => status === 'PAID'));
  console.log(`Paid by the first card, the team is enabled again: a reservation is ${await reserve(stage, 'after')}.`);
}

async function demonstrateAction(stage: Stage): Promise<void> {
  const { payer } = stage;
  await keepCard(stage, 'pm_card_authenticationRequired');
  const { id, number } = await issue(stage);
  const waiting = await seen(stage, id, ({ payments }) => payments.at(-1)?.status === 'REQUIRES_ACTION');
  const { node } = await stage.ask<{ node: { action: { clientSecret: string } | null } }>(
    'query ($id: ID!) { node(id: $id) { ... on Payment { action { clientSecret } } } }',
    { id: waiting.payments.at(-1)?.id },
  );
  if (!node.action) return stop('The payment has no action.');
  console.log(`Invoice ${number} waits for 3-D Secure: a browser is handed what it needs to confirm it.`);
  if (!payer.fake) {
    console.log('On Stripe itself that takes a browser: it is left at that.');
    return;
  }
  payer.fake.authenticate(waiting.payments.at(-1)?.processorRef ?? '');
  await payer.fake.deliver(`${stage.serverUrl}/webhooks/stripe`);
  tell(await seen(stage, id, ({ status }) => status === 'PAID'));
}

async function demonstrateRefund(stage: Stage, invoiceId: string): Promise<void> {
  const input = { idempotencyKey: 'refund', invoiceId, amount: '5', refund: true, reason: 'Goodwill' };
  await mutate(stage, 'createCreditNote', 'CreateCreditNoteInput', input, '{ id }');
  const refunded = await seen(stage, invoiceId, ({ payments }) =>
    payments.some(({ refunds }) => refunds.some(({ status }) => status === 'SUCCEEDED')),
  );
  const [refund] = refunded.payments.flatMap(({ refunds }) => refunds);
  console.log(`A credit note on invoice ${refunded.number}: ${refund?.amount} USD went back to the card.`);
}

/** @returns the opaque id of the method, which is the default from now on */
async function keepCard(stage: Stage, card: string): Promise<string> {
  const { teamId, payer } = stage;
  const setup = await mutate<{ setupId: string }>(
    stage,
    'startPaymentMethodSetup',
    'StartPaymentMethodSetupInput',
    { teamId },
    '{ setupId }',
  );
  const byHand = card === 'pm_card_visa';
  const paymentMethodId = await (byHand ? payer.finishSetup(setup.setupId, card) : payer.attach(setup.setupId, card));
  const input = { teamId, paymentMethodId };
  const kept = await mutate<{ id: string }>(
    stage,
    'setDefaultPaymentMethod',
    'SetDefaultPaymentMethodInput',
    input,
    '{ id }',
  );
  return kept.id;
}

async function issue(stage: Stage): Promise<Collected> {
  const { subscriptionId } = stage;
  const { id } = await mutate<{ id: string }>(
    stage,
    'createInvoice',
    'CreateInvoiceInput',
    { subscriptionId },
    '{ id }',
  );
  return mutate<Collected>(stage, 'finalizeInvoice', 'InvoiceInput', { invoiceId: id }, COLLECTED);
}

async function reserve({ ask, teamId }: Stage, idempotencyKey: string): Promise<string> {
  const input = { idempotencyKey, userId: 'ada', teamId, model: 'gpt-4o', promptTokens: 10, maxCompletionTokens: 10 };
  const { reserveBudget } = await ask<{ reserveBudget: { decision: { outcome: string; reason: string } } }>(
    'mutation ($input: ReserveBudgetInput!) { reserveBudget(input: $input) { decision { outcome reason } } }',
    { input },
  );
  return `${reserveBudget.decision.outcome} (${reserveBudget.decision.reason})`;
}

async function seen(stage: Stage, id: string, isSo: (invoice: Collected) => boolean): Promise<Collected> {
  for (;;) {
    const { invoice } = await stage.ask<{ invoice: Collected }>(`query ($id: ID!) { invoice(id: $id) ${COLLECTED} }`, {
      id,
    });
    if (isSo(invoice)) return invoice;
    await pause(LOOK_AGAIN_MS);
  }
}

function tell({ number, status, amountDue, amountPaid, payments }: Collected): void {
  const last = payments.at(-1);
  const why = last?.declineCode ? `: ${last.declineCode}` : '';
  console.log(
    `  invoice ${number}: attempt ${last?.attempt} ${last?.status}${why}; ${amountPaid} of ${amountDue} USD paid, ${status}`,
  );
}

async function mutate<T>({ ask }: Stage, name: string, type: string, input: object, selection: string): Promise<T> {
  const data = await ask<Record<string, T>>(`mutation ($input: ${type}!) { ${name}(input: $input) ${selection} }`, {
    input,
  });
  return data[name] ?? stop(`${name} gave no answer.`);
}
