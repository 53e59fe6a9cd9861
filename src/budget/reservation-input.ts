import { Field, ID, InputType, Int } from 'type-graphql';
import { DecimalScalar, QuantityScalar } from '../scalars.js';

const KEY =
  'The caller’s own key, 1 to 255 printable characters, of one key space for reservations and their extensions. The same key with the same content answers what took effect then; with other content it is IDEMPOTENCY_CONFLICT. What was denied is not kept: the same key may be tried again. Keys that grow with time (uuid v7, ULID) are the fastest.';

@InputType({
  description:
    'A call that is about to be made. What is held is an amount, or the most that the call can cost: its prompt and maxCompletionTokens at the rates of the context tier that the prompt reaches.',
})
export class ReserveBudgetInput {
  @Field(() => String, { description: KEY })
  idempotencyKey!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The caller’s id of the user who spends, 1 to 255 characters; made where it is new. Without userId and teamId: the organization.',
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'With userId: the team that a new user joins; a known user stays where it is. Alone: the team itself spends.',
  })
  teamId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The caller’s id of the agent run or session, 1 to 255 characters. Where it has budgets, they hold too.',
  })
  runId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The model that will be called, 1 to 255 characters. Needed without an amount; budgets for listed models count only what resolves to one of them.',
  })
  model?: string | null;

  @Field(() => String, { nullable: true, description: 'The provider that will be called, 1 to 255 characters.' })
  provider?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The text of the prompt, at most 1 MiB of UTF-8. It is counted, and neither stored nor logged.',
  })
  prompt?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'All prompt tokens, cached ones included. Not beside prompt.',
  })
  promptTokens?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'The most completion tokens that the call may make. Needed unless there is an amount.',
  })
  maxCompletionTokens?: string | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'USD to hold, 0 to 1000000000000, in place of what the tokens can cost.',
  })
  amount?: bigint | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Seconds until it expires unless it is settled or released, 1 to 86400; default 600.',
  })
  ttlSeconds?: number | null;
}

@InputType({ description: 'Up to 1,000 calls that are about to be made. Each is held or denied by itself.' })
export class ReserveBudgetBatchInput {
  @Field(() => [ReserveBudgetInput], { description: '1 to 1,000 calls; the answer has a result at each index.' })
  items!: ReserveBudgetInput[];
}

@InputType({ description: 'More for a call that runs, such as a stream that goes on.' })
export class ExtendReservationInput {
  @Field(() => String, { description: KEY })
  idempotencyKey!: string;

  @Field(() => ID, { description: 'The reservation.' })
  reservationId!: string;

  @Field(() => DecimalScalar, { description: 'USD to hold in addition, 0 to 1000000000000.' })
  amount!: bigint;

  @Field(() => Int, {
    nullable: true,
    description: 'Seconds from now for which it lives on at least, 1 to 86400; left out, its end stays.',
  })
  ttlSeconds?: number | null;
}

@InputType({ description: 'A reservation whose call will not be made.' })
export class ReleaseReservationInput {
  @Field(() => ID, { description: 'The reservation.' })
  reservationId!: string;
}
