import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, ID, Info, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { Direct } from '../direct.js';
import type { ErrorReporter } from '../errors.js';
import { Account } from '../identity/account.js';
import type { AccountService } from '../identity/account.service.js';
import { ItemError, itemErrorOf } from '../item-error.js';
import { encodeId } from '../node-id.js';
import { Requires } from '../requires.js';
import { isAskedFor } from '../selection.js';
import { BudgetPeriodStatus } from './budget-status.js';
import { Decision } from './decision.js';
import {
  ExtendReservationInput,
  ReleaseReservationInput,
  ReserveBudgetBatchInput,
  ReserveBudgetInput,
} from './reservation-input.js';
import type { Reserved, ReservationService, Wants } from './reservation.service.js';
import { Reservation } from './reservation.js';

@ObjectType({ description: 'Whether a call may go ahead, and what is held for it.' })
class ReserveBudgetPayload {
  @Field(() => Decision, {
    description:
      'What was decided. Of a replay what was decided then, without the budget that decided and what was asked.',
  })
  decision!: Decision;

  @Field(() => Reservation, {
    nullable: true,
    description: 'The reservation; null where it was denied. Of a replay as it is now.',
  })
  reservation!: Reservation | null;

  @Field(() => Boolean, { description: 'true where the key had taken effect before.' })
  replayed!: boolean;

  @Field(() => [BudgetPeriodStatus], {
    description:
      'The budgets that it is held on, nearest first, as it left them; where it was denied those that were asked; for a replay as they are now.',
  })
  budgets!: Reserved['budgets'];
}

@ObjectType({ description: 'What became of one item of a batch: a result or an error, never both.' })
class ReserveBudgetBatchItem {
  @Field(() => ReserveBudgetPayload, {
    nullable: true,
    description: 'The result, which may be a denial; null where the item was refused as wrong.',
  })
  result!: ReserveBudgetPayload | null;

  @Field(() => ItemError, { nullable: true, description: 'The error; null where there is a result.' })
  error!: ItemError | null;
}

@ObjectType({ description: 'What became of each item of a batch, at its index.' })
class ReserveBudgetBatchPayload {
  @Field(() => [ReserveBudgetBatchItem], { description: 'In the order of the input.' })
  items!: ReserveBudgetBatchItem[];
}

@ObjectType({ description: 'What became of a reservation.' })
class ReservationPayload {
  @Field(() => Reservation, { description: 'As it is now.' })
  reservation!: Reservation;
}

const ERRORS =
  'Requires budget.reserve. Errors: BAD_USER_INPUT, IDEMPOTENCY_CONFLICT, FORBIDDEN, SERVICE_UNAVAILABLE (send the same key again; where the database is away nothing is granted).';

@Resolver(() => Reservation)
export class ReservationResolver {
  constructor(
    private readonly reservations: ReservationService,
    private readonly accounts: AccountService,
    private readonly reportError: ErrorReporter,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() reservation: Reservation): string {
    return encodeId('reservation', reservation.reservationId);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, { description: 'Who spends.' })
  account(@Root() reservation: Reservation, @Ctx() context: Context): Promise<Account> {
    return this.accounts.byId(context.operation, reservation.accountId);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'Id of the usage record that settled it; null unless it is SETTLED.',
  })
  usageRecordId(@Root() { usageKey, usageKeyDay }: Reservation): string | null {
    return usageKey === null || usageKeyDay === null ? null : encodeId('usage', `${usageKeyDay}:${usageKey}`);
  }

  @Direct()
  @Requires('budget.reserve')
  @Mutation(() => ReserveBudgetPayload, {
    description: `Holds what a call can cost on every budget above it, from the run and the user up to the organization: on all of them, or on none. A refusal is data: the decision says which budget had no room, what was asked, and what would fit. After the call give its real usage to recordUsage with the reservation's id. ${ERRORS}`,
  })
  async reserveBudget(
    @Arg('input', () => ReserveBudgetInput, { description: 'The call.' }) input: ReserveBudgetInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ReserveBudgetPayload> {
    return this.reservations.reserve(context.operation, input, wantsOf(info));
  }

  @Direct()
  @Requires('budget.reserve')
  @Mutation(() => ReserveBudgetBatchPayload, {
    description: `The same for up to 1,000 calls, each by itself and in their order. ${ERRORS}`,
  })
  async reserveBudgetBatch(
    @Arg('input', () => ReserveBudgetBatchInput, { description: 'The calls.' }) input: ReserveBudgetBatchInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ReserveBudgetBatchPayload> {
    const answers = await this.reservations.reserveBatch(context.operation, input.items, wantsOf(info));
    return { items: answers.map((answer) => this.#itemOf(answer)) };
  }

  @Direct()
  @Requires('budget.reserve')
  @Mutation(() => ReserveBudgetPayload, {
    description: `Holds more for a call that runs, on all budgets that hold for it or on none, and may move its end. A denial leaves the reservation as it was. ${ERRORS} NOT_FOUND; RESERVATION_NOT_HELD where it was settled or released, or its time is over.`,
  })
  async extendReservation(
    @Arg('input', () => ExtendReservationInput, { description: 'What is needed.' }) input: ExtendReservationInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ReserveBudgetPayload> {
    return this.reservations.extend(context.operation, input, wantsOf(info));
  }

  @Direct()
  @Requires('budget.reserve')
  @Mutation(() => ReservationPayload, {
    description:
      'Frees what is held for a call that will not be made. Once more, or after it expired, changes nothing. Requires budget.reserve. Errors: NOT_FOUND, RESERVATION_NOT_HELD where it was settled, FORBIDDEN, SERVICE_UNAVAILABLE.',
  })
  async releaseReservation(
    @Arg('input', () => ReleaseReservationInput, { description: 'The reservation.' }) input: ReleaseReservationInput,
    @Ctx() context: Context,
  ): Promise<ReservationPayload> {
    return { reservation: await this.reservations.release(context.operation, input) };
  }

  #itemOf(answer: Reserved | Error): ReserveBudgetBatchItem {
    return answer instanceof Error
      ? { result: null, error: itemErrorOf(answer, this.reportError) }
      : { result: answer, error: null };
  }
}

function wantsOf(info: GraphQLResolveInfo): Wants {
  return {
    budget: isAskedFor('budget', info) || isAskedFor('remaining', info),
    budgets: isAskedFor('budgets', info),
    tokens: isAskedFor('maxCompletionTokens', info),
  };
}
