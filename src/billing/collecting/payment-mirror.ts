/** Payments that the processor told of: these books say the same of them. */
import type { MikroORM } from '@mikro-orm/postgresql';
import { validate } from 'uuid';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import type { Operation } from '../../operation.js';
import { Invoice, InvoiceStatus } from '../invoice/invoice.js';
import { asNobody, inTransaction } from '../nobody.js';
import { Payment } from '../payment/payment.js';
import { PaymentStatus } from '../payment/payment-status.js';
import type { CollectingProcessor, Mirrored, PaymentPlace, ProcessorPayment } from '../payment/processor.js';
import type { Booking } from './booking.js';
import { closeFailed } from './close-payment.js';

export class PaymentMirror {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    private readonly processor: CollectingProcessor,
    private readonly booking: Booking,
    private readonly log: Logger,
  ) {}

  /** UNKNOWN: these books have no invoice that it can be for. */
  async mirror(told: ProcessorPayment): Promise<Mirrored> {
    const { place } = told;
    if (!place || !validate(place.organizationId) || !validate(place.invoiceId)) return 'UNKNOWN';
    const seen = await this.#in(place, (operation) => rowOf(operation, place, told));
    // What waits for whoever pays may be tried again in the browser.
    const isOpen = seen?.status === PaymentStatus.REQUIRES_ACTION;
    const found = isOpen ? told : await closeFailed(this.processor, told, this.log);
    return this.#in(place, async (operation) => {
      const row = await rowOf(operation, place, found);
      if (row) {
        const held = await this.booking.hold(operation, row);
        if (held.invoice.currency !== found.currency) return 'UNKNOWN';
        await this.booking.book(operation, held, found);
        return 'BOOKED';
      }
      const invoice = await invoiceAt(operation, place);
      if (!invoice || invoice.currency !== found.currency) return 'UNKNOWN';
      if (found.status !== 'SUCCEEDED') return 'BOOKED';
      return (await this.booking.adopt(operation, invoice.id, found)) ? 'BOOKED' : 'UNKNOWN';
    });
  }

  #in<Answer>(place: PaymentPlace, work: (operation: Operation) => Promise<Answer>): Promise<Answer> {
    return inTransaction(asNobody(this.orm, this.clock, place.organizationId, 'PAYMENT_MIRROR'), work);
  }
}

async function rowOf(operation: Operation, place: PaymentPlace, found: ProcessorPayment): Promise<Payment | null> {
  const em = await operation.em();
  const { organizationId, invoiceId, attempt } = place;
  return (
    (await em.findOne(Payment, { organizationId, processorRefIndex: found.ref })) ??
    (await em.findOne(Payment, { organizationId, invoiceId, attempt, processorRef: null }))
  );
}

/** By its id; else the one that was made anew at its place. */
async function invoiceAt(operation: Operation, place: PaymentPlace): Promise<Invoice | null> {
  const em = await operation.em();
  const { organizationId, invoiceId: id, subscriptionId, sequence } = place;
  const invoice = await em.findOne(Invoice, { organizationId, id });
  if (invoice || !validate(subscriptionId)) return invoice;
  return em.findOne(Invoice, { organizationId, subscriptionId, sequence, status: { $ne: InvoiceStatus.VOID } });
}
