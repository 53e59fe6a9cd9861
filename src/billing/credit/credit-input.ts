import { Field, ID, InputType, Int } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../../scalars.js';

@InputType({ description: 'Prepaid credit for an account.' })
export class GrantCreditInput {
  @Field(() => String, {
    description: 'Names the grant, 1 to 255 characters: the same again is answered with the grant that is there.',
  })
  idempotencyKey!: string;

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

  @Field(() => DecimalScalar, { description: 'Above 0, in whole steps of the currency.' })
  amount!: bigint;

  @Field(() => String, {
    defaultValue: 'USD',
    description: 'ISO 4217 code. It pays only invoices of this currency.',
  })
  currency!: string;

  @Field(() => Int, { defaultValue: 100, description: '0 to 1000; the least is consumed first.' })
  priority!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'From then on it pays nothing; an instant to come. Left out: it never expires.',
  })
  expiresAt?: Date | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'That much of what is left at its expiry stays, at most: up to the amount. With rolloverExpiresAt.',
  })
  rolloverCap?: bigint | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when that stays; after expiresAt. With rolloverCap.',
  })
  rolloverExpiresAt?: Date | null;

  @Field(() => String, { description: 'What it is granted for, 1 to 500 characters, no card number.' })
  reason!: string;
}

@InputType({ description: 'Which grant.' })
export class CreditGrantInput {
  @Field(() => ID, { description: 'Opaque id of the grant.' })
  creditGrantId!: string;
}
