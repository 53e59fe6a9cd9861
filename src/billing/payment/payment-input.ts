import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { DecimalScalar } from '../../scalars.js';

export enum PaidBy {
  TRANSFER = 'TRANSFER',
  PAYMENT_METHOD = 'PAYMENT_METHOD',
}

registerEnumType(PaidBy, {
  name: 'PaidBy',
  description: 'How an invoice is paid.',
  valuesConfig: {
    TRANSFER: { description: 'Somebody has seen the money come in, and says so.' },
    PAYMENT_METHOD: { description: 'It is collected now, from a payment method of its account.' },
  },
});

@InputType({ description: 'Money that came in, or is to be collected now.' })
export class PayInvoiceInput {
  @Field(() => ID, { description: 'Opaque id of the invoice.' })
  invoiceId!: string;

  @Field(() => PaidBy, { defaultValue: PaidBy.TRANSFER, description: 'How it is paid.' })
  by!: PaidBy;

  @Field(() => ID, {
    nullable: true,
    description: 'With PAYMENT_METHOD: opaque id of one of its account. Left out: the default one.',
  })
  paymentMethodId?: string | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'With TRANSFER: what came in, in the invoice’s currency and its whole steps, up to what is still to be paid. With idempotencyKey. Left out: all that is still to be paid.',
  })
  amount?: bigint | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Names the payment, 1 to 255 characters: the same again takes effect once. Needed with amount, and with PAYMENT_METHOD where a failed attempt must not be followed by another.',
  })
  idempotencyKey?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'With TRANSFER: what the payment can be found by, such as a bank’s reference, 1 to 200 characters, no card number.',
  })
  reference?: string | null;
}

@InputType({ description: 'What one payment by hand may be. The same again changes it.' })
export class SetPaymentLimitInput {
  @Field(() => String, { description: 'ISO 4217 code.' })
  currency!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'An invoice that is due for less leaves that to the next one, where another follows. Left out: 0.',
  })
  least?: bigint | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'What is due for more is paid in parts, none above this. Left out: no end.',
  })
  most?: bigint | null;
}
