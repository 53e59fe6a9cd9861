/** Calls of an organization's own models, their prices, and what a reprice of a quarter makes of them. */
import { print } from 'graphql';
import type { RunningServer } from '../../src/server.js';
import {
  ApplyRepriceDocument,
  CorrectionOfDocument,
  CorrectUsageDocument,
  PreviewRepriceDocument,
  RecordUsageDocument,
  SetPricingDocument,
  UsageDetailsDocument,
  UsageSummaryDocument,
  type RecordUsageInput,
} from './generated/operations.js';
import { post, type World } from './world.js';

let counter = 0;

export const newName = (what: string) => `${what}-${(counter += 1)}`;

export const callOf = (model: string, input: Partial<RecordUsageInput>) => ({
  ...{ idempotencyKey: newName('call'), userId: 'ada', provider: 'ours', model, promptTokens: 10 },
  ...input,
});

/** March, April and May 2026 in New York. */
export const scopeOf = (model: string) => ({
  ...{ provider: 'ours', model, from: '2026-03-01T05:00:00Z', to: '2026-06-01T04:00:00Z' },
});

export const applyInput = (model: string, more: object = {}) => ({
  ...{ ...scopeOf(model), idempotencyKey: newName('reprice'), reason: 'the price came late', ...more },
});

/** What one tenant does, by its key. */
export class Tenant {
  constructor(
    private readonly world: World,
    readonly key: string,
  ) {}

  /** Each prompt token costs so much. */
  async setPrice(model: string, promptTokenPrice: string, effectiveFrom?: string): Promise<void> {
    const input = { provider: 'ours', model, promptTokenPrice, effectiveFrom };
    await this.world.ask(SetPricingDocument, { input }, this.key);
  }

  async record(model: string, occurredAt: string, more: Partial<RecordUsageInput> = {}) {
    const input = { ...callOf(model, more), occurredAt };
    return (await this.world.ask(RecordUsageDocument, { input }, this.key)).recordUsage.usageRecord!;
  }

  /** On a server that prices nothing. */
  async recordUnpriced(
    { url }: RunningServer,
    model: string,
    occurredAt: string,
    more: Partial<RecordUsageInput> = {},
  ): Promise<{ id: string }> {
    const body = { query: print(RecordUsageDocument), variables: { input: { ...callOf(model, more), occurredAt } } };
    const { data } = await post<{ recordUsage: { usageRecord: { id: string } } }>(url, body, this.key);
    return data!.recordUsage.usageRecord;
  }

  async correct(usageRecordId: string, more: object) {
    const input = { idempotencyKey: newName('fix'), reason: 'wrong', usageRecordId, ...more };
    return (await this.world.ask(CorrectUsageDocument, { input }, this.key)).correctUsage.usageRecord!;
  }

  async preview(model: string) {
    return (await this.world.ask(PreviewRepriceDocument, { input: scopeOf(model) }, this.key)).previewReprice;
  }

  async apply(model: string, more: object = {}) {
    return (await this.world.ask(ApplyRepriceDocument, { input: applyInput(model, more) }, this.key)).applyReprice;
  }

  /** Code and field of the error. */
  async refusal(model: string, more: object): Promise<string> {
    const { errors } = await this.world.send(ApplyRepriceDocument, { input: applyInput(model, more) }, this.key);
    const { code, field } = errors?.[0]?.extensions ?? {};
    return [code, (field as string[] | undefined)?.join('.')].filter(Boolean).join(' ');
  }

  /** The newest 100 of a model. */
  async records(model: string) {
    const { usageRecords } = await this.world.ask(UsageDetailsDocument, { filter: { model }, first: 100 }, this.key);
    return usageRecords.edges.map(({ node }) => node);
  }

  async node(id: string) {
    return (await this.world.ask(CorrectionOfDocument, { id }, this.key)).node as Record<string, unknown> & {
      correction: { reversalId: string; replacementId: string; reason: string };
    };
  }

  /** Of the same quarter. */
  async totals(model: string) {
    const input = { from: '2026-03-01', to: '2026-05-31', groupBy: [], model };
    return (await this.world.ask(UsageSummaryDocument, { input }, this.key)).usageSummary.totals;
  }
}
