import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../context.js';
import { Requires } from '../../requires.js';
import { CreditNote } from '../credit-note/credit-note.js';
import { Payment } from '../payment/payment.js';
import type { RefundReadingService } from './refund-reading.service.js';
import { Dispute, Refund } from './refund.js';

@Resolver(() => Payment)
export class PaymentRefundResolver {
  constructor(private readonly reading: RefundReadingService) {}

  @Requires('billing.read')
  @FieldResolver(() => [Refund], { description: 'What of it went back by the processor, or is to; the oldest first.' })
  refunds(@Root() payment: Payment, @Ctx() context: Context): Promise<Refund[]> {
    return this.reading.ofPayment(context.operation, payment);
  }

  @Requires('billing.read')
  @FieldResolver(() => [Dispute], {
    description: 'What the bank of whoever paid asked back of it, or still does; the oldest first.',
  })
  disputes(@Root() payment: Payment, @Ctx() context: Context): Promise<Dispute[]> {
    return this.reading.disputes(context.operation, payment);
  }
}

@Resolver(() => CreditNote)
export class NoteRefundResolver {
  constructor(private readonly reading: RefundReadingService) {}

  @Requires('billing.read')
  @FieldResolver(() => [Refund], {
    description: 'What of it goes back by the processor, by payment; none where all goes back by hand.',
  })
  refunds(@Root() note: CreditNote, @Ctx() context: Context): Promise<Refund[]> {
    return this.reading.ofNote(context.operation, note);
  }
}
