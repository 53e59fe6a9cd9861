import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { PicoUsdColumn } from '../src/money-column.js';

/** The totals as the unit of work can add to them: the product's own entity is never written by it. */
@Entity({ tableName: 'usage_rollup' })
export class Rollup {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'date' })
  day!: string;

  @PrimaryKey({ type: 'text' })
  provider!: string;

  @PrimaryKey({ type: 'text' })
  model!: string;

  @Property({ type: PicoUsdColumn })
  recordCount!: bigint;

  @Property({ type: PicoUsdColumn })
  inputTokens!: bigint;

  @Property({ type: PicoUsdColumn })
  outputTokens!: bigint;

  @Property({ type: PicoUsdColumn })
  costPicoUsd!: bigint;

  @Property({ type: PicoUsdColumn })
  chargePicoUsd!: bigint;
}
