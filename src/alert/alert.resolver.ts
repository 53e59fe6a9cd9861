import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { Context } from '../context.js';
import { encodeId } from '../node-id.js';
import { FIRST, PageInfo, type Page } from '../page.js';
import { Requires } from '../requires.js';
import { DateTimeScalar } from '../scalars.js';
import { resolverOf, type SubscribeData } from '../schema.js';
import { Alert, AlertKind } from './alert.js';
import { messageOf, percentOf } from './alert-message.js';
import { encodeCursor, type AlertService } from './alert.service.js';

const AFTER =
  'The last cursor seen. What came after it is sent first, then what is new: in order, none twice, none missed. Without it: what is new from now on.';
const STREAM_ERRORS =
  'Errors: BAD_USER_INPUT, FORBIDDEN, NOT_FOUND; the stream ends with SLOW_CONSUMER where more than 256 alerts wait to be read (subscribe again with the last cursor), with UNAUTHENTICATED within 5 seconds after the key was revoked, and with SERVICE_UNAVAILABLE where the database is away (subscribe again with the last cursor).';

@InputType('AlertFilter', { description: 'Which alerts to list; what is left out does not narrow the list.' })
class AlertFilterInput {
  @Field(() => AlertKind, { nullable: true, description: 'Only this kind.' })
  kind?: AlertKind | null;

  @Field(() => String, {
    nullable: true,
    description: "Only alerts about this user and its runs; the caller's own id of it.",
  })
  userId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only alerts about this team, its users and their runs. Not beside userId.',
  })
  teamId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only alerts about this agent run or session. Not beside userId or teamId.',
  })
  runId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Raised at this instant or later.' })
  from?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Raised before this instant.' })
  to?: Date | null;
}

@ArgsType()
class BudgetAlertsArgs {
  @Field(() => String, { nullable: true, description: "A user with its runs, by the caller's own id of it." })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'A team, with its users and their runs. Not beside userId.' })
  teamId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "An agent run or session, by the caller's own id of it. Not beside userId or teamId.",
  })
  runId?: string | null;

  @Field(() => String, { nullable: true, description: AFTER })
  after?: string | null;
}

@ObjectType({ description: 'One row of an AlertConnection.' })
class AlertEdge {
  @Field(() => Alert, { description: 'The alert.' })
  node!: Alert;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of alerts, newest first.' })
class AlertConnection {
  @Field(() => [AlertEdge], { description: 'The rows of this page.' })
  edges!: AlertEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

@Resolver(() => Alert)
export class AlertResolver {
  constructor(private readonly alerts: AlertService) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() alert: Alert): string {
    return encodeCursor(alert);
  }

  @FieldResolver(() => String, {
    description:
      'Opaque; its place in the feed of the organization, in the order of commits. To be sent as `after` by a subscriber that comes back.',
  })
  cursor(@Root() alert: Alert): string {
    return encodeCursor(alert);
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The budget; null where the alert is about no budget.' })
  budgetId(@Root() alert: Alert): string | null {
    return alert.budgetId === null ? null : encodeId('budget', alert.budgetId);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'The reservation that held too little; null for other kinds than RESERVATION_OVERRUN.',
  })
  reservation(@Root() alert: Alert): string | null {
    return alert.reservationId === null ? null : encodeId('reservation', alert.reservationId);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'The invoice that was to be paid; null for other kinds than PAYMENT_FAILED.',
  })
  invoiceId(@Root() alert: Alert): string | null {
    return alert.invoiceId === null ? null : encodeId('invoice', alert.invoiceId);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'The payment that failed or waits for whoever pays; null for other kinds than PAYMENT_FAILED.',
  })
  paymentId(@Root() alert: Alert): string | null {
    return alert.paymentId === null ? null : encodeId('payment', alert.paymentId);
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'What was spent of the limit when it was raised, in percent, rounded down to two places; 100 at limit 0. Null where the alert is about no budget.',
  })
  percent(@Root() alert: Alert): number | null {
    return percentOf(alert);
  }

  @FieldResolver(() => String, { description: 'A plain sentence for people, in English. Not to be parsed.' })
  message(@Root() alert: Alert): string {
    return messageOf(alert);
  }

  @Requires('alert.read')
  @Query(() => AlertConnection, {
    name: 'alerts',
    description:
      'Alerts that the caller may see, newest first; a MEMBER sees those of its account and below. Requires alert.read. Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN.',
  })
  list(
    @Ctx() context: Context,
    @Arg('filter', () => AlertFilterInput, { nullable: true, description: 'Which alerts; default all.' })
    filter?: AlertFilterInput | null,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last alert of the page before.' })
    after?: string | null,
  ): Promise<Page<Alert>> {
    return this.alerts.list(context.operation, filter ?? {}, first, after);
  }

  @Requires('alert.read')
  @Subscription(() => Alert, {
    description: `Alerts about the budgets of an account and those below it, as they are raised: BUDGET_THRESHOLD and RESERVATION_OVERRUN. Without userId, teamId and runId: of all that the caller may see, which is the whole organization, and for a MEMBER its own account and those below. Requires alert.read. ${STREAM_ERRORS}`,
    subscribe: ({ args, context, info }: SubscribeData<BudgetAlertsArgs, Context>) =>
      resolverOf(info.schema, AlertResolver).openBudgetAlerts(args, context),
  })
  budgetAlerts(@Args(() => BudgetAlertsArgs) _args: BudgetAlertsArgs, @Root() alert: Alert): Alert {
    return alert;
  }

  @Requires('alert.read')
  @Subscription(() => Alert, {
    description: `All alerts that the caller may see, of every kind, as they are raised. Requires alert.read. ${STREAM_ERRORS}`,
    subscribe: ({ args, context, info }: SubscribeData<{ after?: string | null }, Context>) =>
      resolverOf(info.schema, AlertResolver).openFeed(args.after, context),
  })
  alertFeed(
    @Arg('after', () => String, { nullable: true, description: AFTER }) _after: string | null | undefined,
    @Root() alert: Alert,
  ): Alert {
    return alert;
  }

  openBudgetAlerts({ after, ...account }: BudgetAlertsArgs, context: Context): Promise<AsyncGenerator<Alert>> {
    const kinds = [AlertKind.BUDGET_THRESHOLD, AlertKind.RESERVATION_OVERRUN];
    return this.alerts.subscribe(context.operation, { account, kinds }, after);
  }

  openFeed(after: string | null | undefined, context: Context): Promise<AsyncGenerator<Alert>> {
    return this.alerts.subscribe(context.operation, {}, after);
  }
}
