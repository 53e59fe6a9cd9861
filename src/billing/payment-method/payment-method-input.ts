import { Field, ID, InputType, ObjectType } from 'type-graphql';

@InputType({ description: 'Whose payment method is to be kept.' })
export class StartPaymentMethodSetupInput {
  @Field(() => String, {
    nullable: true,
    description: 'The user, 1 to 255 characters; made where it is new. Without userId and teamId: the organization.',
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Alone: the team, made where it is new. With userId: the team that a new user joins.',
  })
  teamId?: string | null;
}

@ObjectType({
  description:
    'What a browser needs to keep a card or bank account at the processor: with Stripe.js, `confirmSetup` with its clientSecret. No number of it is ever seen here.',
})
export class PaymentMethodSetup {
  @Field(() => ID, { description: 'What the processor calls it, such as `seti_…`.' })
  setupId!: string;

  @Field(() => String, { description: 'For whoever keeps the method alone. Neither stored nor logged here.' })
  clientSecret!: string;

  @Field(() => String, { nullable: true, description: 'The processor’s key for browsers; null where none is set.' })
  publishableKey!: string | null;
}

@InputType({ description: 'What invoices of an account are collected from.' })
export class SetDefaultPaymentMethodInput {
  @Field(() => String, {
    nullable: true,
    description: 'The user, 1 to 255 characters. Without userId and teamId: the organization.',
  })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'The team. Beside userId it counts for nothing.' })
  teamId?: string | null;

  @Field(() => ID, {
    description:
      'Opaque id of one of its payment methods; or, as soon as a browser has finished a setup, what the processor calls the method (`pm_…`) or the setup (`seti_…`).',
  })
  paymentMethodId!: string;
}

@InputType({ description: 'A payment method that is paid by no more.' })
export class RemovePaymentMethodInput {
  @Field(() => ID, { description: 'Opaque id of the payment method.' })
  paymentMethodId!: string;
}
