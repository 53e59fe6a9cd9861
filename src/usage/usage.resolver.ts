import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, ID, Info, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { BudgetPeriodStatus } from '../budget/budget-status.js';
import { Decision } from '../budget/decision.js';
import { Reservation } from '../budget/reservation.js';
import type { UsageUnit } from '../catalog/usage-unit.js';
import { Direct } from '../direct.js';
import type { ErrorReporter } from '../errors.js';
import { ItemError, itemErrorOf } from '../item-error.js';
import { encodeId } from '../node-id.js';
import { parseUsd } from '../money.js';
import { Requires } from '../requires.js';
import { DecimalScalar } from '../scalars.js';
import { isAskedFor } from '../selection.js';
import {
  DeductFromBudgetInput,
  RecordProviderUsageInput,
  RecordUsageBatchInput,
  RecordUsageInput,
} from './usage-input.js';
import { TagOf, UnitQuantity, UsageRecord } from './usage-record.js';
import type { Recorded, UsageService, UsageWants } from './usage.service.js';

@ObjectType({ description: 'What became of a call that was recorded.' })
export class RecordUsagePayload {
  @Field(() => UsageRecord, { nullable: true, description: 'The record; null only when a deduction was denied.' })
  usageRecord!: UsageRecord | null;

  @Field(() => Boolean, { description: 'true where the key had taken effect before: this is the record of then.' })
  replayed!: boolean;

  @Field(() => [BudgetPeriodStatus], {
    description: 'The budgets that it counts on, nearest first, as it left them; for a replay as they are now.',
  })
  budgets!: Recorded['budgets'];

  @Field(() => Decision, {
    nullable: true,
    description: 'Of deductFromBudget: whether it fitted. Null for all else and for a replay.',
  })
  decision!: Decision | null;

  @Field(() => Reservation, {
    nullable: true,
    description: 'The reservation that it names, as it is afterwards; null without one.',
  })
  reservation!: Reservation | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'true where this record settled the reservation; false where another had, or it was released or expired before: then it is booked without a hold. Null without a reservation.',
  })
  settled!: boolean | null;

  @Field(() => Boolean, {
    description:
      'Whether it was charged more than was held for it, or came when nothing was held any more. It is booked in full all the same; RESERVATION_OVERRUN is raised once per reservation. False without a reservation.',
  })
  overran!: boolean;
}

@ObjectType({ description: 'What became of one item of a batch: a result or an error, never both.' })
class BatchItem {
  @Field(() => RecordUsagePayload, { nullable: true, description: 'The result; null where the item was refused.' })
  result!: RecordUsagePayload | null;

  @Field(() => ItemError, { nullable: true, description: 'The error; null where the item was recorded.' })
  error!: ItemError | null;
}

@ObjectType({ description: 'What became of each item of a batch, at its index.' })
class RecordUsageBatchPayload {
  @Field(() => [BatchItem], { description: 'In the order of the input.' })
  items!: BatchItem[];
}

const ERRORS =
  'Requires usage.write. Errors: BAD_USER_INPUT, NOT_FOUND (the reservation), IDEMPOTENCY_CONFLICT, FORBIDDEN, SERVICE_UNAVAILABLE (send the same key again).';

@Resolver(() => UsageRecord)
export class UsageResolver {
  constructor(
    private readonly usage: UsageService,
    private readonly reportError: ErrorReporter,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() record: UsageRecord): string {
    return encodeId('usage', `${record.keyDay}:${record.idempotencyKey}`);
  }

  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description: 'What was added to the cost as a part of it, such as "0.2" for 20 %. Null while unpriced.',
  })
  markup(@Root() { markup }: UsageRecord): bigint | null {
    return markup === null ? null : (parseUsd(markup) ?? null);
  }

  @FieldResolver(() => [TagOf], { description: 'The tags of the call, sorted by key.' })
  tags(@Root() record: UsageRecord): TagOf[] {
    const tags = Object.entries(record.tags ?? {}).map(([key, value]) => ({ key, value }));
    return tags.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  @FieldResolver(() => [UnitQuantity], {
    description: 'What was used, by unit, as reported: a whole counts its parts too.',
  })
  quantities(@Root() record: UsageRecord): UnitQuantity[] {
    return Object.entries(record.quantities).map(([unit, quantity]) => ({ unit: unit as UsageUnit, quantity }));
  }

  @Direct()
  @Requires('usage.write')
  @Mutation(() => RecordUsagePayload, {
    description: `Records a finished call: prices it, counts it on every budget above it, once per key. A model without a price is recorded UNPRICED and priced later. ${ERRORS}`,
  })
  async recordUsage(
    @Arg('input', () => RecordUsageInput, { description: 'The call.' }) input: RecordUsageInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RecordUsagePayload> {
    return payloadOf(await this.usage.record(context.operation, input, wantsOf(info)));
  }

  @Direct()
  @Requires('usage.write')
  @Mutation(() => RecordUsagePayload, {
    description: `The same from the raw response body of the provider, read by the catalogue's descriptions of its shapes. The service tier that a body names is kept and not priced: all tiers cost the listed price. ${ERRORS}`,
  })
  async recordProviderUsage(
    @Arg('input', () => RecordProviderUsageInput, { description: 'The call, with the body of its response.' })
    input: RecordProviderUsageInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RecordUsagePayload> {
    return payloadOf(await this.usage.recordProvider(context.operation, input, wantsOf(info)));
  }

  @Direct()
  @Requires('usage.write')
  @Mutation(() => RecordUsageBatchPayload, {
    description: `Records up to 1,000 finished calls. Each is written or refused by itself; an error of one is in the answer at its index. ${ERRORS}`,
  })
  async recordUsageBatch(
    @Arg('input', () => RecordUsageBatchInput, { description: 'The calls.' }) input: RecordUsageBatchInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RecordUsageBatchPayload> {
    const answers = await this.usage.recordBatch(context.operation, input.items, wantsOf(info));
    return { items: answers.map((answer) => this.#itemOf(answer)) };
  }

  @Direct()
  @Requires('usage.write')
  @Mutation(() => RecordUsagePayload, {
    description: `Books an amount that is not tokens. With onlyIfFits nothing is booked where a HARD budget has no room: usageRecord is null and decision says why. It is a record like any other: it counts also on a disabled account, which only checkBudget and reservations deny. ${ERRORS}`,
  })
  async deductFromBudget(
    @Arg('input', () => DeductFromBudgetInput, { description: 'The amount, and who spends it.' })
    input: DeductFromBudgetInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RecordUsagePayload> {
    const asked = wantsOf(info);
    const { recorded, decision } = await this.usage.deduct(context.operation, input, asked);
    return payloadOf(recorded, decision);
  }

  #itemOf(answer: Recorded | Error): BatchItem {
    return answer instanceof Error
      ? { result: null, error: itemErrorOf(answer, this.reportError) }
      : { result: payloadOf(answer), error: null };
  }
}

export function wantsOf(info: GraphQLResolveInfo): UsageWants {
  return { budgets: isAskedFor('budgets', info), reservation: isAskedFor('reservation', info) };
}

export function payloadOf(recorded: Recorded, decision: Decision | null = null): RecordUsagePayload {
  const { record, replayed, budgets, settlement } = recorded;
  const { reservation = null, settled = null, overran = false } = settlement ?? {};
  return { usageRecord: record, replayed, budgets, decision, reservation, settled, overran };
}
