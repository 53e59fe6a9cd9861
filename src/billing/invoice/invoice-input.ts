import { Field, ID, InputType, Int } from 'type-graphql';

@InputType({ description: 'An invoice that is due.' })
export class CreateInvoiceInput {
  @Field(() => ID, { description: 'Opaque id of the subscription.' })
  subscriptionId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Its place among those of the subscription, 0 or more: one that is there is answered as it is, so that it can be sent again. Left out: the first that is missing.',
  })
  sequence?: number | null;
}

@InputType({ description: 'Which invoice.' })
export class InvoiceInput {
  @Field(() => ID, { description: 'Opaque id of the invoice.' })
  invoiceId!: string;
}
