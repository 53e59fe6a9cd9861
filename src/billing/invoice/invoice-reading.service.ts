import DataLoader from 'dataloader';
import { validate } from 'uuid';
import { badInput, notFound } from '../../errors.js';
import { findSpender, type AccountName } from '../../identity/account.service.js';
import { authorize } from '../../identity/permission.js';
import { decodeUuid, encodeId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { keyAfter, pageOf, pageSize, type Page } from '../../page.js';
import { storedRecord } from '../../usage/stored-usage.js';
import type { UsageRecord } from '../../usage/usage-record.js';
import { readBilled, type BilledPlace } from './billed-usage.sql.js';
import { Invoice, InvoiceStatus, InvoiceTax } from './invoice.js';
import { knownCurrency } from '../amount/check-amount.js';
import { explainLine } from './explain-line.js';
import type { InvoiceExplanation } from './invoice-explanation.js';
import { InvoiceLine, InvoiceLineKind } from './invoice-line.js';
import type { EntityClass, QueryOrderMap } from '@mikro-orm/postgresql';
import { CreditNote } from '../credit-note/credit-note.js';
import { CreditUse } from '../credit/credit-grant.js';
import type { InvoiceParties } from '../profile/billing-profile.js';
import { partiesOf } from '../profile/reading-profiles.js';
import { Payment } from '../payment/payment.js';
import { addDays } from '../amount/proration.js';
import { rowsWithin } from '../plan/tiered-charge.js';
import { phaseOn, phasesOf } from '../subscription/subscription-phase.js';
import { OF_USAGE } from './invoice-lines.js';
import { subscriptionOf, windowOfInvoice } from './invoicing.js';
import { assertBilling } from '../plan/plan.service.js';
import type { PlanSubscription } from '../subscription/plan-subscription.js';

export class InvoiceReadingService {
  constructor(private readonly isOn: boolean) {}

  /** Newest first. Of an account, where one is named. */
  async list(
    operation: Operation,
    name: AccountName & { readonly status?: InvoiceStatus | null | undefined; readonly isOfAll: boolean },
    first?: number | null,
    after?: string | null,
  ): Promise<Page<Invoice>> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const size = pageSize(first);
    const before = keyAfter('invoice', after);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const account = name.isOfAll ? undefined : await findSpender(operation, name);
    if (account === null) return pageOf<Invoice>([], size, after, () => '');
    const where = {
      organizationId,
      ...(account && { accountId: account.id }),
      ...(name.status != null && { status: name.status }),
      ...(before !== undefined && { id: { $lt: before } }),
    };
    const found = await em.find(Invoice, where, { orderBy: { id: 'desc' }, limit: size + 1 });
    return pageOf(found, size, after, ({ id }) => encodeId('invoice', id));
  }

  /** By an opaque id; null where there is none. */
  async find(operation: Operation, id: string): Promise<Invoice | null> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const key = decodeUuid('invoice', id);
    return key === undefined ? null : this.findNode(operation, key);
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<Invoice | null> {
    authorize(operation, 'billing.read');
    if (!this.isOn || !validate(key)) return null;
    return operation.loader(Invoice, invoiceLoader).load(key);
  }

  /** Batched over all invoices of an operation. */
  async byId(operation: Operation, id: string): Promise<Invoice> {
    authorize(operation, 'billing.read');
    const invoice = await operation.loader(Invoice, invoiceLoader).load(id);
    if (!invoice) throw notFound('The invoice');
    return invoice;
  }

  /** In their order; batched over all invoices of an operation, as what follows is. */
  async lines(operation: Operation, { id }: Invoice): Promise<InvoiceLine[]> {
    authorize(operation, 'billing.read');
    return operation.loader(linesOf, linesOf).load(id);
  }

  /** How its lines came to their amounts; of one line, where it is named. */
  async explain(
    operation: Operation,
    invoice: Invoice,
    line: number | null | undefined,
  ): Promise<InvoiceExplanation[]> {
    const lines = await this.lines(operation, invoice);
    const currency = knownCurrency(invoice.currency);
    return lines
      .filter((one) => line == null || one.line === line)
      .map((one) => ({ line: one, steps: explainLine(one, currency) }));
  }

  /** So many of them behind a line, for whoever takes them one part after the other: nothing else keeps them. */
  async linesAfter(operation: Operation, { id }: Invoice, line: number, count: number): Promise<InvoiceLine[]> {
    authorize(operation, 'billing.read');
    const em = await operation.em();
    const where = { organizationId: operation.principal.organizationId, invoiceId: id, line: { $gt: line } };
    return em.find(InvoiceLine, where, { orderBy: { line: 'asc' }, limit: count, disableIdentityMap: true });
  }

  async taxes(operation: Operation, { id }: Invoice): Promise<InvoiceTax[]> {
    authorize(operation, 'billing.read');
    return operation.loader(taxesOf, taxesOf).load(id);
  }

  async payments(operation: Operation, { id }: Invoice): Promise<Payment[]> {
    authorize(operation, 'billing.read');
    return operation.loader(paymentsOf, paymentsOf).load(id);
  }

  async creditNotes(operation: Operation, { id }: Invoice): Promise<CreditNote[]> {
    authorize(operation, 'billing.read');
    return operation.loader(creditNotesOf, creditNotesOf).load(id);
  }

  /** What prepaid credits paid of it; nothing of one that was taken back. */
  async creditUses(operation: Operation, { id, status }: Invoice): Promise<CreditUse[]> {
    authorize(operation, 'billing.read');
    return status === InvoiceStatus.VOID ? [] : operation.loader(creditUsesOf, creditUsesOf).load(id);
  }

  /** As they were when it got its number; before, as they are. */
  async parties(operation: Operation, { parties, accountId }: Invoice): Promise<InvoiceParties> {
    authorize(operation, 'billing.read');
    return parties ?? partiesOf(operation, accountId);
  }

  async subscription(operation: Operation, { subscriptionId }: Invoice): Promise<PlanSubscription> {
    authorize(operation, 'billing.read');
    return subscriptionOf(operation, encodeId('subscription', subscriptionId));
  }

  /** The usage records behind a line, newest first; none behind a fee or a credit. */
  async recordsOf(
    operation: Operation,
    line: InvoiceLine,
    first?: number | null,
    after?: string | null,
  ): Promise<Page<UsageRecord>> {
    authorize(operation, 'billing.read');
    const size = pageSize(first);
    const place = after == null ? undefined : placeOf(after);
    // Of an upcoming invoice nothing is cut yet.
    if (line.invoiceId === '') return pageOf<UsageRecord>([], size, after, () => '');
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const invoice = await em.findOneOrFail(Invoice, { organizationId, id: line.invoiceId });
    const subscription = await this.subscription(operation, invoice);
    const window = await windowOfInvoice(operation, subscription, invoice);
    if (!window || !OF_USAGE.has(line.kind)) return pageOf<UsageRecord>([], size, after, () => '');
    const isLate = line.kind === InvoiceLineKind.ADJUSTMENT || line.kind === InvoiceLineKind.TIERED_ADJUSTMENT;
    const { provider, model, unit } = line;
    const { terms } = phaseOn(await phasesOf(operation, subscription), addDays(line.toDay, -1));
    const others = unit === null ? [] : rowsWithin(terms, { unit, provider, model });
    const of = { lateFrom: isLate ? line.fromDay : null, provider, model, unit, isOfAll: unit !== null, others };
    const found = await readBilled(em, window, of, place, size + 1);
    const places = new Map(found.map(({ row, occurredAt }) => [storedRecord(row), occurredAt]));
    return pageOf([...places.keys()], size, after, (record) =>
      Buffer.from(`${places.get(record)}\n${record.idempotencyKey}`).toString('base64url'),
    );
  }
}

/** An instant as PostgreSQL writes it, and a key. */
const PLACE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?)\n([^\n\0]+)$/;

function placeOf(cursor: string): BilledPlace {
  const [, occurredAt, key] = PLACE.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const isInstant = occurredAt !== undefined && !Number.isNaN(Date.parse(occurredAt.replace(/([+-]\d\d)$/, '$1:00')));
  if (!isInstant || key === undefined) throw badInput(['after'], 'Must be a cursor of this list.');
  return { occurredAt, key };
}

function invoiceLoader(operation: Operation): DataLoader<string, Invoice | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const found = await em.find(Invoice, { organizationId, id: { $in: [...ids] } });
    const byId = new Map(found.map((invoice) => [invoice.id, invoice]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** Rows of invoices; batched over all invoices of an operation. */
function loaderOf<Row extends OfInvoice>(entity: EntityClass<Row>, orderBy: QueryOrderMap<Row>) {
  return (operation: Operation) =>
    new DataLoader<string, Row[]>(async (ids) => {
      const em = await operation.em();
      const where = { organizationId: operation.principal.organizationId, invoiceId: { $in: [...ids] } };
      const found = await em.find<Row>(entity, where as never, { orderBy });
      const byInvoice = Map.groupBy(found, ({ invoiceId }) => invoiceId);
      return ids.map((id) => byInvoice.get(id) ?? []);
    });
}

interface OfInvoice {
  readonly invoiceId: string;
}

const linesOf = loaderOf(InvoiceLine, { line: 'asc' });
const taxesOf = loaderOf(InvoiceTax, { place: 'asc' });
const paymentsOf = loaderOf(Payment, { id: 'asc' });
const creditNotesOf = loaderOf(CreditNote, { id: 'asc' });
const creditUsesOf = loaderOf(CreditUse, { grantId: 'asc' });
