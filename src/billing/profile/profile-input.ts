import { Field, InputType } from 'type-graphql';
import { DecimalScalar } from '../../scalars.js';
import { DunningAction } from './dunning-action.js';
import { TaxMode } from './tax.js';

@InputType({ description: 'A tax by its rate.' })
export class TaxRateInput {
  @Field(() => String, { description: 'Such as "VAT", 1 to 60 characters, no card number.' })
  name!: string;

  @Field(() => DecimalScalar, { description: 'Percent, 0 to 100, with up to 4 decimal places, such as "19".' })
  rate!: bigint;
}

@InputType({ description: 'What an account is taxed by.' })
export class TaxTermsInput {
  @Field(() => TaxMode, {
    defaultValue: TaxMode.EXCLUSIVE,
    description: 'How they relate to the amounts of a plan.',
  })
  mode!: TaxMode;

  @Field(() => [TaxRateInput], { description: 'Up to 5, each name once; empty: nothing is taxed.' })
  rates!: TaxRateInput[];
}

@InputType({
  description:
    'What stands on the invoices of an account, and what follows where they are not paid. What is left out stays as it is; null takes it away.',
})
export class SetBillingProfileInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The user, 1 to 255 characters; made where it is new. Without userId and teamId: the organization, whose invoices they all are.',
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Alone: the team, made where it is new. With userId: the team that a new user joins.',
  })
  teamId?: string | null;

  @Field(() => String, { nullable: true, description: 'The name on invoices, 1 to 200 characters, no card number.' })
  legalName?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The lines of the address, 1 to 10 of 1 to 100 characters, no card number.',
  })
  address?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'The tax number on invoices, 1 to 60 characters; one that looks like a card number is refused.',
  })
  taxId?: string | null;

  @Field(() => TaxTermsInput, {
    nullable: true,
    description:
      'For invoices that are made from now on. null: those of the team, else of the organization, as long as the account has none.',
  })
  taxes?: TaxTermsInput | null;

  @Field(() => DunningAction, {
    nullable: true,
    description:
      'What is done once the grace of one of its invoices is over. null: what the installation does (DUNNING_ACTION).',
  })
  dunningAction?: DunningAction | null;
}
