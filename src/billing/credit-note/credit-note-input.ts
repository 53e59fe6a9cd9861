import { Field, ID, InputType } from 'type-graphql';
import { DecimalScalar } from '../../scalars.js';

@InputType({ description: 'A part of an invoice that is taken back.' })
export class CreateCreditNoteInput {
  @Field(() => String, {
    description: 'Names the credit note, 1 to 255 characters: the same again is answered with the one that is there.',
  })
  idempotencyKey!: string;

  @Field(() => ID, { description: 'Opaque id of the invoice.' })
  invoiceId!: string;

  @Field(() => DecimalScalar, {
    description:
      'Taxes included, in the invoice’s currency and its whole steps: up to its total, less its other credit notes.',
  })
  amount!: bigint;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether what was paid goes back, up to the payments that have not; else it becomes prepaid credit. What is still to be paid is reduced first.',
  })
  refund!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'Of a refund by hand: what it can be found by, such as a bank’s reference, 1 to 200 characters, no card number.',
  })
  refundReference?: string | null;

  @Field(() => String, { description: 'What it is for, 1 to 500 characters, no card number.' })
  reason!: string;
}
