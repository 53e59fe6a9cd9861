import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../context.js';
import { Requires } from '../../requires.js';
import { Invoice } from '../invoice/invoice.js';
import type { PayNow } from '../collecting/pay-now.js';
import { PaymentAction } from './payment-action.js';
import { PaidBy, PayInvoiceInput, SetPaymentLimitInput } from './payment-input.js';
import { PaymentLimit } from './payment-limit.js';
import type { PaymentService } from './payment.service.js';
import { Payment } from './payment.js';
import { encodeId } from '../../node-id.js';

@Resolver(() => Payment)
export class PaymentResolver {
  constructor(
    private readonly service: PaymentService,
    private readonly payNow: PayNow,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() { id }: Payment): string {
    return encodeId('payment', id);
  }

  @Requires('billing.write')
  @FieldResolver(() => PaymentAction, {
    nullable: true,
    description:
      'What whoever pays has to do while it is REQUIRES_ACTION; null: nothing. Requires billing.write. Errors: FORBIDDEN, SERVICE_UNAVAILABLE where the processor gives no answer.',
  })
  action(@Root() payment: Payment, @Ctx() context: Context): Promise<PaymentAction | null> {
    return this.service.action(context.operation, payment);
  }

  @Requires('billing.write')
  @Mutation(() => Invoice, {
    description:
      'Says that money for an invoice came in by hand, such as by a bank transfer: all that is still to be paid, or a part of it; or collects it now from a payment method of its account. All of it again is no error, and what has a key again is none. A payment by a method that has not ended comes back PENDING, PROCESSING or REQUIRES_ACTION with the invoice: it is looked after. Requires billing.write. Errors: BAD_USER_INPUT (also more than is to be paid, or than one payment may be), NOT_FOUND, FORBIDDEN, INVOICE_STATE (also where a payment is under way), PAYMENT_FAILED (with declineCode: no money came in), SERVICE_UNAVAILABLE where the processor gives no answer, IDEMPOTENCY_CONFLICT, FEATURE_DISABLED.',
  })
  payInvoice(
    @Arg('input', () => PayInvoiceInput, { description: 'The invoice, and what came in.' }) input: PayInvoiceInput,
    @Ctx() context: Context,
  ): Promise<Invoice> {
    const { by } = input;
    return by === PaidBy.TRANSFER
      ? this.service.pay(context.operation, input)
      : this.payNow.pay(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => PaymentLimit, {
    description:
      'Says what one payment by hand may be in a currency. Requires billing.write. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  setPaymentLimit(
    @Arg('input', () => SetPaymentLimitInput, { description: 'The currency and its bounds.' })
    input: SetPaymentLimitInput,
    @Ctx() context: Context,
  ): Promise<PaymentLimit> {
    return this.service.setLimit(context.operation, input);
  }

  @Requires('billing.read')
  @Query(() => [PaymentLimit], {
    description:
      'What one payment by hand may be, by currency; a currency that is not here has no bounds. Requires billing.read. Errors: FORBIDDEN, FEATURE_DISABLED.',
  })
  paymentLimits(@Ctx() context: Context): Promise<PaymentLimit[]> {
    return this.service.limits(context.operation);
  }
}
