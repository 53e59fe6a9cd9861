/** All kinds of personal data and secrets of one user, made through the API and by a Stripe of the test. */
import type { CollectingWorld } from './collecting-world.js';
import { newName } from './billing-world.js';
import {
  CreateApiKeyDocument,
  InvoicePageDocument,
  PayInvoiceDocument,
  RefundInvoiceDocument,
  RefundedInvoiceDocument,
  SetAccountDocument,
  SetBillingProfileDocument,
  SetOrganizationDocument,
} from './generated/operations.js';
import { until } from './until.js';

export interface PersonalData {
  readonly userId: string;
  readonly invoiceId: string;
  /** What is the user's, by what it is. */
  readonly ofUser: Readonly<Record<string, string>>;
  /** What is the organization's. */
  readonly ofOrganization: Readonly<Record<string, string>>;
}

export async function plantPersonalData(collecting: CollectingWorld, userId: string): Promise<PersonalData> {
  const { world, tenant, stripe } = collecting;
  const ask: CollectingWorld['world']['ask'] = (document, variables) => world.ask(document, variables, tenant.key);
  const named = { name: 'Ada Canary', legalName: 'Canary & Daughters', street: 'Canary Lane 17', taxId: 'DE31415926C' };
  const own = { organization: 'Gatekeeper Canary Inc', seller: 'Gatekeeper Holding', office: 'Gate Street 99' };
  const key = await ask(CreateApiKeyDocument, { input: { name: 'Canary notebook', roles: ['SERVICE'] } });
  await ask(SetOrganizationDocument, { input: { name: own.organization } });
  await ask(SetBillingProfileDocument, { input: { legalName: own.seller, address: [own.office, 'Town'] } });
  await ask(SetAccountDocument, { input: { kind: 'USER', externalId: userId, name: named.name } });
  const profile = { userId, legalName: named.legalName, address: [named.street, 'Town'], taxId: named.taxId };
  await ask(SetBillingProfileDocument, { input: profile });

  await tenant.record({ userId, promptTokens: 1_000_000 });
  const { id } = await tenant.issue(await tenant.subscribe({ baseFee: '20' }, { userId }));
  // Before there is anything to collect it from.
  const part = { idempotencyKey: newName('paid'), invoiceId: id, amount: '7', reference: 'Canary transfer 5' };
  await ask(PayInvoiceDocument, { input: part });
  const payer = await collecting.payer(userId);
  const { payments } = await collecting.seen(id, ({ status }) => status === 'PAID');
  const paymentRef = payments.find(({ processor }) => processor === 'stripe')?.processorRef ?? '';
  const note = { idempotencyKey: newName('note'), invoiceId: id, amount: '5', reason: 'wrong', refund: true };
  await ask(RefundInvoiceDocument, { input: note });
  // One that nobody asked for here has keys of its own.
  stripe.refundFromDashboard(paymentRef, 100);
  stripe.dispute(paymentRef, 100);
  const seen = async () =>
    (await ask(RefundedInvoiceDocument, { id })).invoice?.payments.find(
      ({ processorRef }) => processorRef === paymentRef,
    );
  const isDone = ({ status }: { status: string }) => status === 'SUCCEEDED';
  await until(async () => {
    await stripe.deliver(`${world.server.url}/webhooks/stripe`);
    const payment = await seen();
    return payment?.refunds.length === 2 && payment.refunds.every(isDone) && payment.disputes.length === 1;
  });
  const payment = await seen();

  const page = (await ask(InvoicePageDocument, { id })).invoice?.pageUrl ?? '';
  const accessKey = Buffer.from(page.split('/').at(-1) ?? '', 'base64url')
    .subarray(32)
    .toString('base64url');
  const fingerprint = stripe.state.paymentMethods.get(payer.methodRef)?.card?.fingerprint ?? '';
  // Whoever has the same card is told of.
  await collecting.payer(`${userId}-twin`, { fingerprint });
  const refunds = payment?.refunds.map(({ processorRef }) => processorRef ?? '') ?? [];
  return {
    userId,
    invoiceId: id,
    ofUser: {
      ...named,
      ...{ customer: payer.customerRef, method: payer.methodRef, fingerprint },
      ...{ payment: paymentRef, refund: refunds[0] ?? '', otherRefund: refunds[1] ?? '' },
      ...{ dispute: payment?.disputes[0]?.processorRef ?? '', accessKey, transfer: 'Canary transfer 5' },
    },
    ofOrganization: { ...own, keyName: 'Canary notebook', apiKey: key.createApiKey.value, firstKey: tenant.key },
  };
}
