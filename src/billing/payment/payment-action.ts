import { Field, ObjectType } from 'type-graphql';

@ObjectType({
  description:
    'What whoever pays needs to confirm a payment in a browser, such as by 3-D Secure: with Stripe.js, `confirmCardPayment(clientSecret, { payment_method: processorMethodRef })`.',
})
export class PaymentAction {
  @Field(() => String, { description: 'For whoever pays alone. Neither stored nor logged here.' })
  clientSecret!: string;

  @Field(() => String, { nullable: true, description: 'The processor’s key for browsers; null where none is set.' })
  publishableKey!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What it is paid by, as the processor calls it; null: choose one.',
  })
  processorMethodRef!: string | null;
}
