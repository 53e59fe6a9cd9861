/** How a line of an invoice came to its amount, in words, from what was kept when it was made. */
import { formatQuantity } from '../../catalog/quantity.js';
import { formatUsd } from '../../money.js';
import { formatAmount, type Currency } from '../amount/currency.js';
import { digitsOf, exactOf, plus } from '../amount/exact.js';
import { addDays } from '../amount/proration.js';
import { TierMode } from '../plan/plan-terms.js';
import { InvoiceLineKind, type InvoiceLine, type TieredDetail } from './invoice-line.js';

/** Step by step, the last one its rounding. */
export function explainLine(line: InvoiceLine, currency: Currency): string[] {
  return [...stepsOf(line, currency), roundingOf(line, currency)];
}

function stepsOf(line: InvoiceLine, currency: Currency): string[] {
  switch (line.kind) {
    case InvoiceLineKind.USAGE:
    case InvoiceLineKind.ADJUSTMENT:
      return explainCharges(line, currency);
    case InvoiceLineKind.TIERED_USAGE:
    case InvoiceLineKind.TIERED_ADJUSTMENT:
      return explainTiers(line, currency);
    case InvoiceLineKind.BASE_FEE:
    case InvoiceLineKind.BASE_FEE_CHANGE:
      return explainFee(line, currency);
    case InvoiceLineKind.INCLUDED_CREDIT:
    case InvoiceLineKind.MINIMUM_SPEND:
    case InvoiceLineKind.MAXIMUM_SPEND:
      return explainBound(line, currency);
    case InvoiceLineKind.CARRIED:
      return ['The invoice before came to less than 0; this one begins with it.'];
    case InvoiceLineKind.CREDITED: {
      const credit = `${plain(line.detail.creditPico ?? '0')} ${currency.code}`;
      return [
        `No invoice follows that could begin with what the lines come to below 0: it becomes credit, ${credit} with taxes.`,
      ];
    }
  }
}

function explainCharges(line: InvoiceLine, { code }: Currency): string[] {
  const { recordCount, usdPico, detail } = line;
  const what = line.model === null ? 'deductions' : `calls of ${[line.provider, line.model].filter(Boolean).join(' ')}`;
  const usd = decimals(usdPico ?? '0');
  const ofTiers = exactOf(detail.tieredUsdPico ?? '0');
  const all = decimals(digitsOf(plus(exactOf(usdPico ?? '0'), ofTiers)));
  const units = (detail.units ?? []).map(
    ({ unit, quantity, costPicoUsd }) =>
      `${formatQuantity(unit, BigInt(quantity))} ${unit} cost ${plain(costPicoUsd)} USD`,
  );
  const { rate } = detail;
  return [
    `${recordCount ?? 0n} ${what} ${spanOf(line)}, a reversal taking one back, were charged ${all} USD: the sum of their charges, each its cost with its markup.`,
    ...(detail.tieredUsdPico === undefined
      ? []
      : [`Of these, ${decimals(digitsOf(ofTiers))} USD are for units that are billed by tiers: ${usd} USD are left.`]),
    ...(units.length > 0 ? [`By unit, before markups: ${units.join('; ')}.`] : []),
    ...(rate
      ? [`One USD is ${plain(rate.usdRatePico)} ${code} (${rate.day}): ${usd} x ${plain(rate.usdRatePico)}.`]
      : []),
  ];
}

function explainTiers({ unit, quantity, detail, ...line }: InvoiceLine, { code }: Currency): string[] {
  const { tiers } = detail;
  if (!tiers || unit === null) return [];
  const before = BigInt(tiers.quantityBefore);
  const whole = (quantity ?? 0n) + before;
  const ofPeriod = `${formatQuantity(unit, whole)} ${unit} ${spanOf(line)}, ${tiers.mode}`;
  const shares = tiers.shares.map((share) => explainShare(share, tiers.mode, code));
  const earlier = `Earlier invoices have ${formatQuantity(unit, before)} of these, for ${decimals(tiers.picoBefore)} ${code}.`;
  return [`${ofPeriod}: ${shares.join('; ') || 'nothing'}.`, ...(before === 0n ? [] : [earlier])];
}

function explainShare(share: TieredDetail['shares'][number], mode: TieredDetail['mode'], code: string): string {
  const many = trimmed(share.quantity);
  const price = `${plain(share.pricePico)} ${code}`;
  if (mode === TierMode.PACKAGE) return `${many} packages at ${price}`;
  const per = share.per === '1' ? 'each' : `for each ${share.per}`;
  const flat = share.flatFeePico === '0' ? '' : ` and ${plain(share.flatFeePico)} ${code} flat`;
  return `tier ${share.tier + 1}: ${many} at ${price} ${per}${flat}`;
}

function explainFee({ kind, detail, ...line }: InvoiceLine, { code }: Currency): string[] {
  const { baseFeePico = '0', days = 0, daysOfPeriod = 0 } = detail;
  const fee = `${plain(baseFeePico)} ${code}`;
  const part = `${Math.abs(days)} of ${daysOfPeriod} days`;
  return kind === InvoiceLineKind.BASE_FEE
    ? [`The fee of a period is ${fee}, in advance: ${part} ${spanOf(line)}.`]
    : [`Of the fee of ${fee}, ${part} ${days < 0 ? 'less' : 'more'} than was invoiced in advance ${spanOf(line)}.`];
}

function explainBound({ kind, detail, ...line }: InvoiceLine, { code }: Currency): string[] {
  const { bound } = detail;
  if (!bound) return [];
  const spent = `${plain(bound.spentPico)} ${code}`;
  const limit = `${plain(bound.boundPico)} ${code}`;
  const earlier = bound.beforePico === '0' ? [] : [`Earlier invoices have ${plain(bound.beforePico)} ${code} of it.`];
  const ofPeriod = {
    [InvoiceLineKind.INCLUDED_CREDIT]: `Usage ${spanOf(line)} comes to ${spent}, of which up to ${limit} is included.`,
    [InvoiceLineKind.MINIMUM_SPEND]: `Fee and usage ${spanOf(line)} come to ${spent}; the least is ${limit}.`,
    [InvoiceLineKind.MAXIMUM_SPEND]: `Fee and usage ${spanOf(line)} come to ${spent}; the most is ${limit}.`,
  };
  return [ofPeriod[kind as keyof typeof ofPeriod], ...earlier];
}

function roundingOf({ exactPico, amountPico }: InvoiceLine, currency: Currency): string {
  const amount = `${formatAmount(currency, amountPico)} ${currency.code}`;
  if (exactPico === amountPico) return `${amount}, exactly.`;
  return `${formatUsd(exactPico)} is ${amount}, half-even to steps of ${formatUsd(currency.stepPico)}.`;
}

const spanOf = ({ fromDay, toDay }: Pick<InvoiceLine, 'fromDay' | 'toDay'>) =>
  `from ${fromDay} to ${addDays(toDay, -1)}`;

const plain = (digits: string) => formatUsd(BigInt(digits));

/** Of pico with decimals: what is beyond a pico is cut. */
const decimals = (digits: string) => plain(digits.split('.')[0] ?? '0');

const trimmed = (digits: string) => digits.replace(/\.?0+$/, '');
