import { Field, ID, InputType } from 'type-graphql';
import { WebhookEventStatus } from './webhook-event.js';

@InputType({ description: 'Which events of payment processors.' })
export class WebhookEventFilter {
  @Field(() => WebhookEventStatus, { nullable: true, description: 'Only those of which this has become; default all.' })
  status?: WebhookEventStatus | null;
}

@InputType({ description: 'An event of a payment processor.' })
export class RetryWebhookEventInput {
  @Field(() => String, { description: 'Whose it is.', defaultValue: 'stripe' })
  processor!: string;

  @Field(() => ID, { description: 'The processor’s own id of it, such as `evt_…`.' })
  eventId!: string;
}
