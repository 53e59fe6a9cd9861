import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../../context.js';
import { Requires } from '../../requires.js';
import { Invoice } from '../invoice/invoice.js';
import { PayInvoiceInput, SetPaymentLimitInput } from './payment-input.js';
import { PaymentLimit } from './payment-limit.js';
import type { PaymentService } from './payment.service.js';

@Resolver()
export class PaymentResolver {
  constructor(private readonly service: PaymentService) {}

  @Requires('billing.write')
  @Mutation(() => Invoice, {
    description:
      'Says that money for an invoice came in by hand, such as by a bank transfer: all that is still to be paid, or a part of it. All of it again is no error, a part again under its key is none. Requires billing.write. Errors: BAD_USER_INPUT (also more than is to be paid, or than one payment may be), NOT_FOUND, FORBIDDEN, INVOICE_STATE, IDEMPOTENCY_CONFLICT, FEATURE_DISABLED.',
  })
  payInvoice(
    @Arg('input', () => PayInvoiceInput, { description: 'The invoice, and what came in.' }) input: PayInvoiceInput,
    @Ctx() context: Context,
  ): Promise<Invoice> {
    return this.service.pay(context.operation, input);
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
