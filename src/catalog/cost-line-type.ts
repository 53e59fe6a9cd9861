/** Cost lines as they stand in the API. */
import { Field, ObjectType } from 'type-graphql';
import type { PicoUsd } from '../money.js';
import { DecimalScalar, QuantityScalar } from '../scalars.js';
import type { CostLine, LineWindow } from './cost-line.js';
import { formatQuantity } from './quantity.js';
import { formatTimeOfDay } from './time-of-day.js';
import { UsageUnit } from './usage-unit-enum.js';

@ObjectType({ description: 'A window of every day, in UTC.' })
export class DayWindow {
  @Field(() => String, { description: 'Time of day at which it begins, inclusive, such as `16:30`.' })
  readonly start: string;

  @Field(() => String, {
    description: 'Time of day at which it ends, exclusive; earlier than the start where it runs over midnight.',
  })
  readonly end: string;

  constructor(window: LineWindow) {
    this.start = formatTimeOfDay(window.startMsOfDay);
    this.end = formatTimeOfDay(window.endMsOfDay);
  }
}

@ObjectType('CostLine', { description: 'So many of one unit at one rate. A cost is the sum of its lines.' })
export class CostLineType {
  @Field(() => UsageUnit, { description: 'What was charged for.' })
  readonly unit: UsageUnit;

  @Field(() => QuantityScalar, {
    description:
      'How much is charged at this rate (seconds for durations); parts that have a line of their own are not in it.',
  })
  readonly quantity: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: 'USD for `per` of the unit; null where the price has no rate for it, and the amount is then 0.',
  })
  readonly ratePrice: PicoUsd | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description: 'How many of the unit `ratePrice` is for (seconds for durations); null with the rate.',
  })
  readonly per: string | null;

  @Field(() => QuantityScalar, {
    nullable: true,
    description:
      'The context tier that was reached: the request had more input tokens than this. Null below all tiers.',
  })
  readonly tierStart: string | null;

  @Field(() => DayWindow, {
    nullable: true,
    description: 'The window of the day whose rates were in force; null outside of all windows.',
  })
  readonly window: DayWindow | null;

  @Field(() => DecimalScalar, {
    description: 'USD: quantity * ratePrice / per, rounded half to even to 12 decimal places.',
  })
  readonly amount: PicoUsd;

  @Field(() => String, { nullable: true, description: 'Why this rate, in words; null where it is the plain one.' })
  readonly note: string | null;

  constructor(line: CostLine) {
    this.unit = line.unit;
    this.quantity = formatQuantity(line.unit, line.quantity);
    this.ratePrice = line.ratePicoUsd;
    this.per = line.ratePer?.toString() ?? null;
    this.tierStart = line.tierStart?.toString() ?? null;
    this.window = line.window && new DayWindow(line.window);
    this.amount = line.amountPicoUsd;
    this.note = line.note;
  }
}
