import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Mutation, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { encodeId } from '../node-id.js';
import { Requires } from '../requires.js';
import { CorrectUsageInput } from './correction-input.js';
import type { CorrectionService } from './correction.service.js';
import { UsageCorrection } from './usage-correction.js';
import { UsageRecord } from './usage-record.js';
import { payloadOf, RecordUsagePayload, wantsOf } from './usage.resolver.js';

@Resolver(() => UsageRecord)
export class RecordCorrectionResolver {
  constructor(private readonly corrections: CorrectionService) {}

  @Requires('usage.read')
  @FieldResolver(() => UsageCorrection, {
    nullable: true,
    description: 'How it was corrected; null where it stands as it was recorded.',
  })
  correction(@Root() record: UsageRecord, @Ctx() context: Context): Promise<UsageCorrection | null> {
    return this.corrections.correctionOf(context.operation, record);
  }

  @Requires('usage.read')
  @FieldResolver(() => UsageCorrection, {
    nullable: true,
    description: 'Of a reversal, and of a record that replaces another: the correction that it belongs to; else null.',
  })
  corrects(@Root() record: UsageRecord, @Ctx() context: Context): Promise<UsageCorrection | null> {
    return this.corrections.correctedBy(context.operation, record);
  }
}

@Resolver(() => UsageCorrection)
export class CorrectionResolver {
  constructor(private readonly corrections: CorrectionService) {}

  @Requires('usage.correct')
  @Mutation(() => RecordUsagePayload, {
    description:
      'Takes a record back by a reversal, the exact negation of its quantities, cost and charge, and for a replacement records what it should have said: both count where the record did, on its account, its instant and its budgets. Answers with the replacement, or with the reversal of a void. What it held was settled before; budgets are as they are now. Requires usage.correct. Errors: BAD_USER_INPUT, NOT_FOUND, ALREADY_CORRECTED, IDEMPOTENCY_CONFLICT, FORBIDDEN, SERVICE_UNAVAILABLE (send the same key again).',
  })
  async correctUsage(
    @Arg('input', () => CorrectUsageInput, { description: 'Which record, and what it should have said.' })
    input: CorrectUsageInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<RecordUsagePayload> {
    return payloadOf(await this.corrections.correct(context.operation, input, wantsOf(info)));
  }

  @FieldResolver(() => ID, { description: 'Id of the usage record that was corrected.' })
  correctedId(@Root() { correctedKey, correctedKeyDay }: UsageCorrection): string {
    return encodeId('usage', `${correctedKeyDay}:${correctedKey}`);
  }

  @FieldResolver(() => ID, { description: 'Id of the usage record that takes it back.' })
  reversalId(@Root() { reversalKey, keyDay }: UsageCorrection): string {
    return encodeId('usage', `${keyDay}:${reversalKey}`);
  }

  @FieldResolver(() => ID, { nullable: true, description: 'Id of the usage record that replaces it; null for a void.' })
  replacementId(@Root() { replacementKey, keyDay }: UsageCorrection): string | null {
    return replacementKey === null ? null : encodeId('usage', `${keyDay}:${replacementKey}`);
  }
}
