import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { PicoUsdColumn } from '../money-column.js';

/**
 * The row that everything is decided on: limit, enforcement and thresholds are copied here, so that the locked row
 * decides. A new period is a new row, made when something falls in it, so nothing is ever reset. Written only by the hot
 * functions and set_budget.
 */
@Entity({ tableName: 'budget_period' })
export class BudgetPeriod {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  budgetId!: string;

  @PrimaryKey({ type: 'timestamptz' })
  startsAt!: Date;

  /** Exclusive. */
  @Property({ type: 'timestamptz' })
  endsAt!: Date;

  @Property({ type: PicoUsdColumn })
  limitPicoUsd!: bigint;

  /** The charges of the records that fall in it, by their `budgetAt`. */
  @Property({ type: PicoUsdColumn, default: '0' })
  spentPicoUsd!: bigint;

  /** Held by reservations that are open. */
  @Property({ type: PicoUsdColumn, default: '0' })
  heldPicoUsd!: bigint;

  @Property({ type: 'text' })
  enforcement!: string;

  @Property({ type: 'int[]' })
  thresholds!: number[];

  /** Until then a HARD budget acts as SOFT. */
  @Property({ type: 'timestamptz', nullable: true })
  graceUntil!: Date | null;

  @Property({ type: 'smallint' })
  rank!: number;

  /** Reservations that were granted and that it would have refused, as SHADOW or while HARD was not enforced. */
  @Property({ type: 'bigint', runtimeType: 'bigint', defaultRaw: '0' })
  wouldDenyCount!: bigint;
}
