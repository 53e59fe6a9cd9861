/** Taxes of an invoice: by the rates of whoever pays, each half-even to what can be paid in the currency. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DecimalScalar } from '../../scalars.js';
import { exact, roundTo, times, type Exact } from '../amount/exact.js';

export enum TaxMode {
  EXCLUSIVE = 'EXCLUSIVE',
  INCLUSIVE = 'INCLUSIVE',
}

registerEnumType(TaxMode, {
  name: 'TaxMode',
  description: 'How taxes relate to the amounts of a plan.',
  valuesConfig: {
    EXCLUSIVE: { description: 'They come on top.' },
    INCLUSIVE: { description: 'They are in them already.' },
  },
});

@ObjectType({ description: 'A tax by its rate.' })
export class TaxRate {
  @Field(() => String, { description: 'Such as "VAT".' })
  name!: string;

  @Field(() => DecimalScalar, { name: 'rate', description: 'Percent, such as "19".' })
  percent!: bigint;
}

@ObjectType({ description: 'What an account is taxed by.' })
export class TaxTerms {
  @Field(() => TaxMode, { description: 'How they relate to the amounts of a plan.' })
  mode!: TaxMode;

  @Field(() => [TaxRate], { description: 'Each is a part of the same amount; none is taxed by another.' })
  rates!: TaxRate[];
}

export interface TaxDraft {
  readonly name: string;
  readonly percent: bigint;
  readonly taxedPico: bigint;
  readonly exactPico: bigint;
  readonly amountPico: bigint;
}

export interface Taxes {
  readonly taxes: readonly TaxDraft[];
  readonly taxPico: bigint;
  /** With them. */
  readonly totalPico: bigint;
}

/** 1 percent, as a Decimal has it. */
const PERCENT = 1_000_000_000_000n;
const WHOLE = 100n * PERCENT;

/**
 * On what an invoice's lines come to; what is not above 0 is not taxed.
 * @param stepPico the smallest amount of the currency
 */
export function taxesOn(subtotalPico: bigint, terms: TaxTerms | null, stepPico: bigint): Taxes {
  if (!terms || subtotalPico <= 0n) return { taxes: [], taxPico: 0n, totalPico: subtotalPico };
  const { mode, rates } = terms;
  const sum = rates.reduce((total, { percent }) => total + percent, 0n);
  const isInclusive = mode === TaxMode.INCLUSIVE;
  const net: Exact = isInclusive ? exact(subtotalPico * WHOLE, WHOLE + sum) : exact(subtotalPico);
  const amounts = rates.map(({ name, percent }) => {
    const amount = times(net, exact(percent, WHOLE));
    return { name, percent, exactPico: roundTo(1n, amount), amountPico: roundTo(stepPico, amount) };
  });
  const taxPico = amounts.reduce((total, { amountPico }) => total + amountPico, 0n);
  const taxedPico = isInclusive ? subtotalPico - taxPico : subtotalPico;
  return { taxes: amounts.map((tax) => ({ ...tax, taxedPico })), taxPico, totalPico: taxedPico + taxPico };
}

/** An amount before taxes, with those that come on top. */
export function withTaxes(amountPico: bigint, terms: TaxTerms | null, stepPico: bigint): bigint {
  return taxesOn(amountPico, terms, stepPico).totalPico;
}
