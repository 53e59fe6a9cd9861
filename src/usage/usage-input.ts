import { Field, ID, InputType } from 'type-graphql';
import { QuantityInput } from '../catalog/unit-quantity.js';
import { DateTimeScalar, DecimalScalar, JsonScalar, QuantityScalar } from '../scalars.js';

const KEY =
  'The caller’s own key of this call, 1 to 255 printable characters. The same key with the same content answers the same record again; with other content it is IDEMPOTENCY_CONFLICT. Keys that grow with time (uuid v7, ULID) are the fastest.';
const OCCURRED_AT =
  'When the call ran; default now, or when it was reserved. It decides price and reports. Not before 2020-01-01 and at most 5 minutes ahead.';

@InputType({ description: 'One tag of a record.' })
export class TagInput {
  @Field(() => String, { description: '1 to 64 printable characters, no card number, once per record.' })
  key!: string;

  @Field(() => String, { description: '1 to 255 printable characters, no card number.' })
  value!: string;
}

@InputType({ description: 'Who spends: a user, a team, or neither for the organization.' })
class SpenderInput {
  @Field(() => String, {
    nullable: true,
    description: 'The caller’s id of the user, 1 to 255 characters; made where it is new.',
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
    description: 'The caller’s id of the agent run or session, 1 to 255 characters.',
  })
  runId?: string | null;

  @Field(() => [TagInput], { nullable: true, description: 'Up to 20 tags, kept with the record.' })
  tags?: TagInput[] | null;
}

@InputType({ description: 'A finished call with its token counts.' })
export class RecordUsageInput extends SpenderInput {
  @Field(() => String, { description: KEY })
  idempotencyKey!: string;

  @Field(() => String, {
    description: 'The model as it was called, 1 to 255 characters; aliases and dated snapshots are resolved.',
  })
  model!: string;

  @Field(() => String, { nullable: true, description: 'The provider that was called, such as "openai".' })
  provider?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'INPUT_TOKENS: all prompt tokens, cached ones included.',
  })
  promptTokens?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'OUTPUT_TOKENS: all completion tokens, reasoning included.',
  })
  completionTokens?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'CACHE_READ_TOKENS: the prompt tokens that were read from a cache.',
  })
  cacheReadTokens?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'CACHE_WRITE_TOKENS: the prompt tokens that were written to a cache.',
  })
  cacheWriteTokens?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'OUTPUT_REASONING_TOKENS: the completion tokens that were reasoning.',
  })
  reasoningTokens?: string | null;

  @Field(() => [QuantityInput], {
    nullable: true,
    description: 'Other units; a unit may be given only once, also by its own field.',
  })
  quantities?: QuantityInput[] | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The reservation that was made for this call: it is settled with the real charge, whatever was held. What is not said here, userId, teamId, runId and occurredAt, is as it was reserved. Only its first record settles it; a later one, or one after it ended, is booked in full all the same.',
  })
  reservationId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: OCCURRED_AT })
  occurredAt?: Date | null;
}

@InputType({ description: 'A finished call as the raw response body of its provider.' })
export class RecordProviderUsageInput extends SpenderInput {
  @Field(() => String, { description: KEY })
  idempotencyKey!: string;

  @Field(() => String, { description: 'The provider that answered, such as "openai", "anthropic", "google" or "aws".' })
  provider!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The provider’s flavour of the body, such as "chat" or "responses"; found by trying where it is left out. Each provider has its own, mostly "default"; a wrong one is answered with those that it has.',
  })
  apiFlavor?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The model as it was called; needed where the body does not name it.',
  })
  model?: string | null;

  @Field(() => JsonScalar, {
    description: 'The response body. Only its usage, model and service tier are read and kept; just these may be sent.',
  })
  response!: unknown;

  @Field(() => ID, {
    nullable: true,
    description:
      'The reservation that was made for this call: it is settled with the real charge, whatever was held. What is not said here, userId, teamId, runId and occurredAt, is as it was reserved. Only its first record settles it; a later one, or one after it ended, is booked in full all the same.',
  })
  reservationId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: OCCURRED_AT })
  occurredAt?: Date | null;
}

@InputType({ description: 'Up to 1,000 finished calls. Each is written by itself: a bad one fails alone.' })
export class RecordUsageBatchInput {
  @Field(() => [RecordUsageInput], { description: '1 to 1,000 calls; the answer has a result at each index.' })
  items!: RecordUsageInput[];
}

@InputType({ description: 'An amount that is not tokens, such as a tool call or a flat fee.' })
export class DeductFromBudgetInput extends SpenderInput {
  @Field(() => String, { description: KEY })
  idempotencyKey!: string;

  @Field(() => DecimalScalar, {
    description: 'USD, 0 or more. It counts on budgets that are not limited to listed models.',
  })
  amount!: bigint;

  @Field(() => Boolean, {
    defaultValue: true,
    description:
      'true: nothing is booked where a HARD budget would be exceeded, and the decision says which. false: booked in any case.',
  })
  onlyIfFits!: boolean;

  @Field(() => String, { nullable: true, description: 'What it is for, 1 to 200 characters, no card number.' })
  reason?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: OCCURRED_AT })
  occurredAt?: Date | null;
}
