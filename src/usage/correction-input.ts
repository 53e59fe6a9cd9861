import { Field, ID, InputType } from 'type-graphql';
import { QuantityInput } from '../catalog/unit-quantity.js';
import { DecimalScalar, QuantityScalar } from '../scalars.js';
import { TagInput } from './usage-input.js';

@InputType({
  description:
    'What a record should have said. Who spent, and when, stays as it was. Of a call all of its quantities are said again; of a deduction the amount.',
})
export class UsageReplacementInput {
  @Field(() => String, {
    nullable: true,
    description:
      'The model as it was called, 1 to 255 characters; default as recorded. The same model keeps the price version of the record.',
  })
  model?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The provider that was called; default as recorded, or none where another model is named.',
  })
  provider?: string | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'INPUT_TOKENS: all prompt tokens.' })
  promptTokens?: string | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'OUTPUT_TOKENS: all completion tokens.' })
  completionTokens?: string | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'CACHE_READ_TOKENS, a part of the prompt tokens.' })
  cacheReadTokens?: string | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'CACHE_WRITE_TOKENS, a part of the prompt tokens.' })
  cacheWriteTokens?: string | null;

  @Field(() => QuantityScalar, { nullable: true, description: 'OUTPUT_REASONING_TOKENS, a part of the completion.' })
  reasoningTokens?: string | null;

  @Field(() => [QuantityInput], { nullable: true, description: 'Other units, each once.' })
  quantities?: QuantityInput[] | null;

  @Field(() => DecimalScalar, { nullable: true, description: 'USD, 0 or more: of a deduction, and of nothing else.' })
  amount?: bigint | null;

  @Field(() => [TagInput], { nullable: true, description: 'Up to 20 tags; default as recorded.' })
  tags?: TagInput[] | null;
}

@InputType({ description: 'Which record was wrong, and what it should have said: void or replacement, one of them.' })
export class CorrectUsageInput {
  @Field(() => String, {
    description:
      'The caller’s own key, 1 to 255 printable characters, of the same key space as recordUsage. It belongs to the record that is answered: the replacement, or the reversal of a void.',
  })
  idempotencyKey!: string;

  @Field(() => ID, {
    description: 'The record. One that was corrected before is ALREADY_CORRECTED: correct its replacement.',
  })
  usageRecordId!: string;

  @Field(() => Boolean, { nullable: true, description: 'true: it is taken back, and nothing stands in its place.' })
  void?: boolean | null;

  @Field(() => UsageReplacementInput, { nullable: true, description: 'What stands in its place.' })
  replacement?: UsageReplacementInput | null;

  @Field(() => String, { description: 'Why, 1 to 200 printable characters, no card number; kept for good.' })
  reason!: string;
}
