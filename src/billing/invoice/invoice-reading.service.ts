import DataLoader from 'dataloader';
import { validate } from 'uuid';
import { badInput } from '../../errors.js';
import { Account } from '../../identity/account.js';
import { spenderOf, type AccountName } from '../../identity/account.service.js';
import { authorize } from '../../identity/permission.js';
import { decodeUuid, encodeId, newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { keyAfter, pageOf, pageSize, type Page } from '../../page.js';
import { storedRecord } from '../../usage/stored-usage.js';
import type { UsageRecord } from '../../usage/usage-record.js';
import { readBilled, type BilledPlace } from './billed-usage.sql.js';
import { Invoice, InvoiceLine, InvoiceLineKind, InvoiceStatus } from './invoice.js';
import { Payment } from '../payment/payment.js';
import { OF_USAGE } from './invoice-draft.js';
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
    const accountId = name.isOfAll ? undefined : await this.#accountId(operation, name);
    const where = {
      organizationId,
      ...(accountId !== undefined && { accountId }),
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
    const em = await operation.em();
    return em.findOne(Invoice, { organizationId: operation.principal.organizationId, id: key });
  }

  /** In their order; batched over all invoices of an operation. */
  async lines(operation: Operation, { id }: Invoice): Promise<InvoiceLine[]> {
    authorize(operation, 'billing.read');
    return operation.loader(InvoiceLine, lineLoader).load(id);
  }

  /** Batched over all invoices of an operation. */
  async payments(operation: Operation, { id }: Invoice): Promise<Payment[]> {
    authorize(operation, 'billing.read');
    return operation.loader(Payment, paymentLoader).load(id);
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
    const window = await windowOfInvoice(operation, await this.subscription(operation, invoice), invoice);
    if (!window || !OF_USAGE.has(line.kind)) return pageOf<UsageRecord>([], size, after, () => '');
    const isLate = line.kind === InvoiceLineKind.ADJUSTMENT || line.kind === InvoiceLineKind.TIERED_ADJUSTMENT;
    const { provider, model, unit } = line;
    const of = { lateFrom: isLate ? line.fromDay : null, provider, model, unit, isOfAll: unit !== null };
    const found = await readBilled(em, window, of, place, size + 1);
    const places = new Map(found.map(({ row, occurredAt }) => [storedRecord(row), occurredAt]));
    return pageOf([...places.keys()], size, after, (record) =>
      Buffer.from(`${places.get(record)}\n${record.idempotencyKey}`).toString('base64url'),
    );
  }

  async #accountId(operation: Operation, name: AccountName): Promise<string> {
    const { kind, externalId } = spenderOf(name, []);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    // One that was never used has no invoice.
    return (await em.findOne(Account, { organizationId, kind, externalId }))?.id ?? newId();
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

function lineLoader(operation: Operation): DataLoader<string, InvoiceLine[]> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const where = { organizationId: operation.principal.organizationId, invoiceId: { $in: [...ids] } };
    const byInvoice = Map.groupBy(
      await em.find(InvoiceLine, where, { orderBy: { line: 'asc' } }),
      ({ invoiceId }) => invoiceId,
    );
    return ids.map((id) => byInvoice.get(id) ?? []);
  });
}

function paymentLoader(operation: Operation): DataLoader<string, Payment[]> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const where = { organizationId: operation.principal.organizationId, invoiceId: { $in: [...ids] } };
    const byInvoice = Map.groupBy(
      await em.find(Payment, where, { orderBy: { id: 'asc' } }),
      ({ invoiceId }) => invoiceId,
    );
    return ids.map((id) => byInvoice.get(id) ?? []);
  });
}
