/** Refunds and disputes that the processor tells of, in any order and any number of times. */
import { LockMode, type MikroORM } from '@mikro-orm/postgresql';
import { validate } from 'uuid';
import type { Clock } from '../../clock.js';
import { newId } from '../../node-id.js';
import { asNobody, inTransaction } from '../nobody.js';
import { Payment } from '../payment/payment.js';
import { PaymentStatus } from '../payment/payment-status.js';
import type {
  CollectingProcessor,
  Mirrored,
  ProcessorDispute,
  ProcessorPayment,
  ProcessorRefund,
} from '../payment/processor.js';
import { bookFound } from './refund-booking.js';
import { Dispute, DisputeStatus } from './refund.js';

/** Whose money a refund or a dispute is of: it stands with the payment alone. */
export class RefundedPayments {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    private readonly processor: CollectingProcessor,
    private readonly mirror: (payment: ProcessorPayment) => Promise<Mirrored>,
  ) {}

  /** A payment that is not known to have succeeded yet is booked before. */
  async find(paymentRef: string): Promise<Payment | undefined> {
    const found = await this.processor.readPayment(paymentRef);
    const organizationId = found?.place?.organizationId;
    if (!found || organizationId === undefined || !validate(organizationId)) return undefined;
    const seen = await this.#read(organizationId, paymentRef);
    if (seen || (await this.mirror(found)) === 'UNKNOWN') return seen;
    return this.#read(organizationId, paymentRef);
  }

  async #read(organizationId: string, processorRef: string): Promise<Payment | undefined> {
    const where = { organizationId, processorRefIndex: processorRef, status: PaymentStatus.SUCCEEDED };
    const seen = await inTransaction(
      asNobody(this.orm, this.clock, organizationId, 'REFUND_MIRROR'),
      async (operation) => (await operation.em()).findOne(Payment, where),
    );
    return seen ?? undefined;
  }
}

export class Refunds {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    private readonly payments: RefundedPayments,
  ) {}

  async mirror(found: ProcessorRefund): Promise<Mirrored> {
    const payment = await this.payments.find(found.paymentRef);
    if (!payment || found.amountPico === undefined) return 'UNKNOWN';
    const { organizationId } = payment;
    await inTransaction(asNobody(this.orm, this.clock, organizationId, 'REFUND_MIRROR'), (operation) =>
      bookFound(operation, payment, found),
    );
    return 'BOOKED';
  }
}

export class Disputes {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    private readonly payments: RefundedPayments,
  ) {}

  /** A dispute that was lost may be won after all; one that has ended is never open again. */
  async mirror(found: ProcessorDispute): Promise<Mirrored> {
    const payment = found.paymentRef === undefined ? undefined : await this.payments.find(found.paymentRef);
    const { ref: processorRef, amountPico, reason, createdAt } = found;
    if (!payment || amountPico === undefined || amountPico <= 0n) return 'UNKNOWN';
    const { organizationId, id: paymentId } = payment;
    await inTransaction(asNobody(this.orm, this.clock, organizationId, 'REFUND_MIRROR'), async (operation) => {
      const em = await operation.em();
      const made = { organizationId, id: newId(), paymentId, processorRef, amountPico, reason, createdAt };
      await em.upsert(
        Dispute,
        { ...made, status: DisputeStatus.OPEN, endedAt: null },
        { onConflictFields: ['organizationId', 'processorRefIndex'], onConflictAction: 'ignore' },
      );
      const options = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true };
      const dispute = await em.findOneOrFail(Dispute, { organizationId, processorRefIndex: processorRef }, options);
      dispute.amountPico = amountPico;
      const status = DisputeStatus[found.status];
      if (status !== DisputeStatus.OPEN && status !== dispute.status) {
        dispute.status = status;
        dispute.endedAt = operation.now;
      }
      await em.flush();
    });
    return 'BOOKED';
  }
}
