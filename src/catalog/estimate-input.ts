import { Field, InputType } from 'type-graphql';
import { DateTimeScalar, QuantityScalar } from '../scalars.js';
import { QuantityInput } from './unit-quantity.js';

@InputType({ description: 'One message of a chat.' })
export class PromptMessageInput {
  @Field(() => String, { description: 'Such as `system`, `user` or `assistant`.' })
  role!: string;

  @Field(() => String, { description: 'Its text. It is counted, and neither stored nor logged.' })
  content!: string;

  @Field(() => String, { nullable: true, description: "The author's name, where one is sent." })
  name?: string | null;
}

@InputType({
  description:
    'A call that is about to be made. Say the prompt in one way: as `prompt`, as `messages`, as `promptTokens`, or only by `quantities`.',
})
export class EstimateCostInput {
  @Field(() => String, { description: 'The model as it will be called, 1 to 255 characters.' })
  model!: string;

  @Field(() => String, { nullable: true, description: 'The provider that will be called, such as `openai`.' })
  provider?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The text of the prompt, at most 1 MiB of UTF-8. It is counted, and neither stored nor logged.',
  })
  prompt?: string | null;

  @Field(() => [PromptMessageInput], {
    nullable: true,
    description: 'The messages of a chat, at most 1,000, their texts together at most 1 MiB of UTF-8.',
  })
  messages?: PromptMessageInput[] | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'All prompt tokens, cached ones included.' })
  promptTokens?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'The completion tokens, where they are known; then the likely cost is the cost.',
  })
  completionTokens?: string | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'Prompt tokens that will be read from a cache.' })
  cacheReadTokens?: string | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'Prompt tokens that will be written to a cache.' })
  cacheWriteTokens?: string | null;

  @Field(() => [QuantityInput], {
    nullable: true,
    description: 'Other units; a unit may be given only once, also by its own field.',
  })
  quantities?: QuantityInput[] | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'The most completion tokens that the call may make; the upper bound is worked out with it.',
  })
  maxCompletionTokens?: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'The completion tokens that are likely; not beside completionTokens.',
  })
  expectedCompletionTokens?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The instant whose price is used; default now.' })
  at?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The user who will call: the likely completion is the mean of its last 100 records of the model, for callers with usage.read that may see the user.',
  })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'The same for a team’s own records. Not beside userId.' })
  teamId?: string | null;
}
