import { Arg, Ctx, Field, FieldResolver, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import type { Context } from '../../context.js';
import { FIRST, PageInfo, type Page } from '../../page.js';
import { Requires } from '../../requires.js';
import { RetryWebhookEventInput, WebhookEventFilter } from './webhook-event-input.js';
import { WebhookEvent } from './webhook-event.js';
import type { WebhookEventService } from './webhook-event.service.js';

@ObjectType({ description: 'One row of a WebhookEventConnection.' })
class WebhookEventEdge {
  @Field(() => WebhookEvent, { description: 'The event.' })
  node!: WebhookEvent;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of events of payment processors, newest first.' })
class WebhookEventConnection {
  @Field(() => [WebhookEventEdge], { description: 'The rows of this page.' })
  edges!: WebhookEventEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

@Resolver(() => WebhookEventConnection)
export class WebhookEventResolver {
  constructor(private readonly service: WebhookEventService) {}

  @Requires('webhook.read')
  @Query(() => WebhookEventConnection, {
    description:
      'Events that payment processors told this installation of, newest first. What was worked off is kept for 35 days. Requires webhook.read (OPERATOR). Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  webhookEvents(
    @Ctx() context: Context,
    @Arg('filter', () => WebhookEventFilter, { nullable: true, description: 'Which events; default all.' })
    filter?: WebhookEventFilter | null,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last row of the page before.' })
    after?: string | null,
  ): Promise<Page<WebhookEvent>> {
    return this.service.list(context.operation, filter ?? {}, first, after);
  }

  @FieldResolver(() => String, {
    description:
      'How many requests to the address for events were refused, ever, because they were not signed as they must be; digits. It may lag behind by a second.',
  })
  forgedCount(@Ctx() context: Context): Promise<string> {
    return this.service.forgedCount(context.operation);
  }

  @Requires('webhook.write')
  @Mutation(() => WebhookEvent, {
    description:
      'Has an event worked off again, such as a PARKED one when its cause was put right: what it is about is read again. One that is IGNORED, or about nothing, stays as it is. Again is no error. Requires webhook.write (OPERATOR). Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN, FEATURE_DISABLED.',
  })
  retryWebhookEvent(
    @Arg('input', () => RetryWebhookEventInput, { description: 'The event.' }) input: RetryWebhookEventInput,
    @Ctx() context: Context,
  ): Promise<WebhookEvent> {
    return this.service.retry(context.operation, input);
  }
}
