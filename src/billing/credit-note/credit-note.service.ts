import { validate } from 'uuid';
import { contentHash } from '../../content-hash.js';
import { badInput, invoiceState } from '../../errors.js';
import { authorize } from '../../identity/permission.js';
import { formatUsd } from '../../money.js';
import { newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { requireFreeText, requireText } from '../../text.js';
import { findOnce, writeOnce } from '../../write-once.js';
import { checkPayable, knownCurrency } from '../amount/check-amount.js';
import { recoverAccount } from '../collecting/recover-account.js';
import { leaveCredit } from '../credit/leave-credit.js';
import { openOf, settle } from '../invoice/amount-due.js';
import { takeCreditNoteNumber } from '../invoice/billed-usage.sql.js';
import { InvoiceStatus, type Invoice } from '../invoice/invoice.js';
import { lockedInvoice } from '../invoice/locked-invoice.js';
import { lockCredits } from '../credit/read-credits.sql.js';
import { lookAtPayment } from '../payment/under-way.js';
import { assertBilling } from '../plan/plan.service.js';
import { beginRefunds } from '../refund/begin-refunds.js';
import type { Refunder } from '../refund/refunder.js';
import type { CreateCreditNoteInput } from './credit-note-input.js';
import { CreditNote } from './credit-note.js';
import { noteTaxOf } from './note-more.js';

/** Where the money of a credit note goes. */
type Parts = Pick<CreditNote, 'reducedPico' | 'refundedPico' | 'creditedPico'>;

export class CreditNoteService {
  constructor(
    /** undefined: all goes back by hand. */
    private readonly refunder: Refunder | undefined,
    private readonly isOn: boolean,
  ) {}

  /**
   * Takes back a part of an invoice, once for each idempotency key. The processor is asked for refunds when it stands: one
   * that is not through then is looked after.
   */
  async create(operation: Operation, input: CreateCreditNoteInput): Promise<CreditNote> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const said = checkInput(input);
    const { organizationId } = operation.principal;
    const invoice = await lockedInvoice(operation, input.invoiceId);
    const known = await findOnce(await operation.em(), CreditNote, { organizationId, ...said });
    if (known) return known;
    // Before the number, as who numbers invoices does it.
    await lockCredits(await operation.em(), organizationId, invoice.accountId);
    const note = await this.#write(operation, invoice, input, said);
    if (!this.refunder || note.refundedPico === 0n) return note;
    const refunds = await beginRefunds(operation, this.refunder.processor, note);
    await operation.commit();
    for (const { id } of refunds) await this.refunder.follow(organizationId, id);
    return (await operation.em()).findOneOrFail(CreditNote, { organizationId, id: note.id });
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<CreditNote | null> {
    authorize(operation, 'billing.read');
    if (!this.isOn || !validate(key)) return null;
    const em = await operation.em();
    return em.findOne(CreditNote, { organizationId: operation.principal.organizationId, id: key });
  }

  async #write(
    operation: Operation,
    invoice: Invoice,
    input: CreateCreditNoteInput,
    said: ReturnType<typeof checkInput>,
  ): Promise<CreditNote> {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const amountPico = checkAmount(invoice, input.amount);
    const parts = partsOf(invoice, amountPico, input);
    const note = await writeOnce(em, CreditNote, {
      ...{ organizationId, id: newId(), invoiceId: invoice.id, number: await takeCreditNoteNumber(em, organizationId) },
      ...{ ...said, amountPico, ...parts, createdAt: operation.now },
      taxPico: noteTaxOf(invoice, amountPico),
      refundReference: parts.refundedPico > 0n ? said.refundReference : null,
    });
    invoice.notedPico += amountPico;
    invoice.reducedPico += parts.reducedPico;
    invoice.refundedPico += parts.refundedPico;
    if (invoice.status !== InvoiceStatus.PAID) settle(invoice, operation.now);
    if (openOf(invoice) === 0n) await recoverAccount(operation, invoice);
    await lookAtPayment(operation, invoice);
    await em.flush();
    if (parts.creditedPico > 0n) {
      const { accountId, currency: code } = invoice;
      const of = { accountId, currency: code, amountPico: parts.creditedPico, invoiceId: null, creditNoteId: note.id };
      await leaveCredit(operation, { ...of, reason: `Credit note ${note.number}` });
    }
    return note;
  }
}

function checkInput(input: CreateCreditNoteInput) {
  const idempotencyKey = requireText(input.idempotencyKey, ['input', 'idempotencyKey'], 255);
  const { invoiceId, refund } = input;
  if (!refund && input.refundReference != null) {
    throw badInput(['input', 'refundReference'], 'Nothing is refunded: leave it out.');
  }
  const refundReference =
    input.refundReference == null ? null : requireFreeText(input.refundReference, ['input', 'refundReference'], 200);
  const reason = requireFreeText(input.reason, ['input', 'reason'], 500);
  const said = { invoiceId, amount: formatUsd(input.amount), refund, refundReference, reason };
  return { idempotencyKey, refundReference, reason, contentHash: contentHash(said) };
}

function checkAmount({ status, currency, totalPico, notedPico }: Invoice, said: bigint): bigint {
  if (status === InvoiceStatus.DRAFT || status === InvoiceStatus.VOID) {
    throw invoiceState(`The invoice is ${status}: only what has a number, and stands, can be taken back in part.`);
  }
  const amountPico = checkPayable(said, knownCurrency(currency), ['input', 'amount']);
  if (amountPico > totalPico - notedPico) {
    const left = `${formatUsd(totalPico - notedPico)} ${currency}`;
    throw badInput(['input', 'amount'], `Only ${left} of the invoice is not taken back yet.`);
  }
  return amountPico;
}

/** First what is still to be paid; then what was paid goes back, or stays as credit. */
function partsOf(invoice: Invoice, amountPico: bigint, { refund }: CreateCreditNoteInput): Parts {
  const openPico = openOf(invoice);
  const reducedPico = amountPico < openPico ? amountPico : openPico;
  const restPico = amountPico - reducedPico;
  if (!refund) return { reducedPico, refundedPico: 0n, creditedPico: restPico };
  const paidPico = invoice.paidPico - invoice.refundedPico;
  if (restPico > paidPico) {
    const most = `${formatUsd(reducedPico + paidPico)} ${invoice.currency}`;
    throw badInput(
      ['input', 'amount'],
      `At most ${most} can be refunded: no more was paid. Without refund it is credit.`,
    );
  }
  return { reducedPico, refundedPico: restPico, creditedPico: 0n };
}
