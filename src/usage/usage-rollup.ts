import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { PicoUsdColumn } from '../money-column.js';
import type { PicoUsd } from '../money.js';

/** Sums of usage by the organization's local day, provider and model, moved by the transaction that writes the record. */
@Entity({ tableName: 'usage_rollup' })
export class UsageRollup {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'date' })
  day!: string;

  /** As resolved, else as sent, else empty (a deduction). */
  @PrimaryKey({ type: 'text' })
  provider!: string;

  @PrimaryKey({ type: 'text' })
  model!: string;

  /** A reversal takes one back: it counts -1. */
  @Property({ type: 'bigint', runtimeType: 'bigint' })
  recordCount!: bigint;

  /** So the rows are the records and twice these. */
  @Property({ type: 'bigint', runtimeType: 'bigint', defaultRaw: '0' })
  reversalCount!: bigint;

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  unpricedCount!: bigint;

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  unratedCount!: bigint;

  @Property({ columnType: 'numeric(38,0)', type: 'bigint', runtimeType: 'bigint' })
  inputTokens!: bigint;

  @Property({ columnType: 'numeric(38,0)', type: 'bigint', runtimeType: 'bigint' })
  cacheReadTokens!: bigint;

  @Property({ columnType: 'numeric(38,0)', type: 'bigint', runtimeType: 'bigint' })
  cacheWriteTokens!: bigint;

  @Property({ columnType: 'numeric(38,0)', type: 'bigint', runtimeType: 'bigint' })
  outputTokens!: bigint;

  @Property({ type: PicoUsdColumn, fieldName: 'cost_pico_usd' })
  costPicoUsd!: PicoUsd;

  @Property({ type: PicoUsdColumn, fieldName: 'charge_pico_usd' })
  chargePicoUsd!: PicoUsd;
}
