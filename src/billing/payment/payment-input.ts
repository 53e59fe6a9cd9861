import { Field, ID, InputType } from 'type-graphql';
import { DecimalScalar } from '../../scalars.js';

@InputType({ description: 'Money that came in.' })
export class PayInvoiceInput {
  @Field(() => ID, { description: 'Opaque id of the invoice.' })
  invoiceId!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'What came in, in the invoice’s currency and its whole steps, up to what is still to be paid. With idempotencyKey. Left out: all that is still to be paid.',
  })
  amount?: bigint | null;

  @Field(() => String, {
    nullable: true,
    description: 'Names the payment, 1 to 255 characters: the same again takes effect once. Needed with amount.',
  })
  idempotencyKey?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the payment can be found by, such as a bank’s reference, 1 to 200 characters.',
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
