/** Every check of a plan's input, in the order of the fields. */
import { checkWhole } from '../../catalog/check-pricing.js';
import { badInput } from '../../errors.js';
import { PICO_USD_PER_USD } from '../../money.js';
import { requireFreeText, requireText } from '../../text.js';
import { currencyOf, type Pico } from '../amount/currency.js';
import type {
  PlanMarkupInput,
  PlanOverridesInput,
  PlanTierInput,
  SetPlanInput,
  TieredUnitInput,
} from './plan-input.js';
import { TierMode, type PlanMarkup, type PlanTerms, type PlanTier, type TieredUnit } from './plan-terms.js';

type Path = readonly (string | number)[];

/** A price above this is a slip of the comma, and its products must fit into a column. */
const MAX_PRICE: Pico = 1_000_000n * PICO_USD_PER_USD;
const MAX_FEE: Pico = 1_000_000_000n * PICO_USD_PER_USD;
const MAX_CODE = 100;
const MAX_NAME = 200;
const MAX_MODEL_NAME = 255;
const MAX_TIERS = 20;
const MAX_ROWS = 100;
const MAX_TRIAL_DAYS = 730;
const MAX_TERM_DAYS = 365;
/** Percent, as `Decimal` reads it: -100 to 1000, with 4 places. */
const PERCENT = { least: -100n * PICO_USD_PER_USD, most: 1_000n * PICO_USD_PER_USD, step: PICO_USD_PER_USD / 10_000n };

export interface PlanDraft {
  readonly code: string;
  readonly name: string;
  readonly terms: PlanTerms;
}

/** @param today the local day, which a rate is of where nothing else is said. */
export function checkPlan(input: SetPlanInput, today: string): PlanDraft {
  const path = ['input'];
  const code = requireText(input.code, ['input', 'code'], MAX_CODE);
  const name = input.name == null ? code : requireFreeText(input.name, ['input', 'name'], MAX_NAME);
  const rate = checkRate(input, today);
  const { currency, interval, anchoring, trialDays, paymentTermDays } = input;
  const terms: PlanTerms = {
    currency,
    ...rate,
    interval,
    anchoring,
    baseFeePico: checkFee(input.baseFee, [...path, 'baseFee']),
    includedCreditPico: checkFee(input.includedCredit, [...path, 'includedCredit']),
    minimumSpendPico: input.minimumSpend == null ? null : checkFee(input.minimumSpend, [...path, 'minimumSpend']),
    maximumSpendPico: input.maximumSpend == null ? null : checkFee(input.maximumSpend, [...path, 'maximumSpend']),
    trialDays: checkDays(trialDays, MAX_TRIAL_DAYS, [...path, 'trialDays']),
    paymentTermDays: checkDays(paymentTermDays, MAX_TERM_DAYS, [...path, 'paymentTermDays']),
    markups: checkMarkups(input.markups, [...path, 'markups']),
    tieredUnits: checkTieredUnits(input.tieredUnits, [...path, 'tieredUnits']),
  };
  assertBounds(terms, path);
  return { code, name, terms };
}

/** The terms of a plan with what is other for one subscription. */
export function withOverrides(terms: PlanTerms, input: PlanOverridesInput | null | undefined, path: Path): PlanTerms {
  if (!input) return terms;
  const made: PlanTerms = { ...terms };
  if (input.baseFee != null) made.baseFeePico = checkFee(input.baseFee, [...path, 'baseFee']);
  if (input.includedCredit != null)
    made.includedCreditPico = checkFee(input.includedCredit, [...path, 'includedCredit']);
  if (input.minimumSpend != null) made.minimumSpendPico = checkFee(input.minimumSpend, [...path, 'minimumSpend']);
  if (input.maximumSpend != null) made.maximumSpendPico = checkFee(input.maximumSpend, [...path, 'maximumSpend']);
  if (input.trialDays != null) made.trialDays = checkDays(input.trialDays, MAX_TRIAL_DAYS, [...path, 'trialDays']);
  if (input.paymentTermDays != null) {
    made.paymentTermDays = checkDays(input.paymentTermDays, MAX_TERM_DAYS, [...path, 'paymentTermDays']);
  }
  if (input.markups != null) made.markups = checkMarkups(input.markups, [...path, 'markups']);
  if (input.tieredUnits != null) made.tieredUnits = checkTieredUnits(input.tieredUnits, [...path, 'tieredUnits']);
  assertBounds(made, path);
  return made;
}

function checkRate(
  { currency: code, usdRate, usdRateDay }: SetPlanInput,
  today: string,
): Pick<PlanTerms, 'usdRatePico' | 'usdRateDay'> {
  const currency = currencyOf(code);
  if (!currency) throw badInput(['input', 'currency'], 'Must be an ISO 4217 code such as "USD", in capitals.');
  if (code === 'USD') {
    if (usdRate != null) throw badInput(['input', 'usdRate'], 'Usage is in USD already: leave it out.');
    if (usdRateDay != null) throw badInput(['input', 'usdRateDay'], 'Usage is in USD already: leave it out.');
    return { usdRatePico: null, usdRateDay: null };
  }
  if (usdRate == null) throw badInput(['input', 'usdRate'], `Say what one USD is in ${code}.`);
  if (usdRate <= 0n || usdRate > MAX_PRICE) throw badInput(['input', 'usdRate'], 'Must be above 0, up to 1,000,000.');
  if (usdRateDay != null && usdRateDay > today) throw badInput(['input', 'usdRateDay'], 'Must not be a day to come.');
  return { usdRatePico: usdRate, usdRateDay: usdRateDay ?? today };
}

function assertBounds({ minimumSpendPico: least, maximumSpendPico: most }: PlanTerms, path: Path): void {
  if (least !== null && most !== null && most < least) {
    throw badInput([...path, 'maximumSpend'], 'Must not be below the minimum spend.');
  }
}

function checkMarkups(markups: readonly PlanMarkupInput[], path: Path): PlanMarkup[] {
  if (markups.length > MAX_ROWS) throw badInput(path, `A plan has at most ${MAX_ROWS} markups.`);
  const checked = markups.map(({ percent, ...said }, index): PlanMarkup => {
    const scope = checkScope(said, [...path, index]);
    if (percent < PERCENT.least || percent > PERCENT.most || percent % PERCENT.step !== 0n) {
      throw badInput([...path, index, 'percent'], 'Must be from -100 to 1000, with up to 4 decimal places.');
    }
    return { ...scope, percent };
  });
  assertOnce(checked, scopeText, path);
  return checked;
}

function checkTieredUnits(units: readonly TieredUnitInput[], path: Path): TieredUnit[] {
  if (units.length > MAX_ROWS) throw badInput(path, `A plan has at most ${MAX_ROWS} units by tiers.`);
  const checked = units.map((said, index): TieredUnit => {
    const at = [...path, index];
    const { unit, mode } = said;
    const scope = checkScope(said, at);
    return mode === TierMode.PACKAGE
      ? { unit, ...scope, mode, tiers: [], ...checkPackage(said, at) }
      : { unit, ...scope, mode, tiers: checkTiers(said, at), ...NO_PACKAGE };
  });
  assertOnce(checked, (unit) => `${unit.unit} ${scopeText(unit)}`, path);
  return checked;
}

const NO_PACKAGE = { packagePricePico: null, packageSize: null, freeUnits: null };

function checkPackage({ tiers, packagePrice, packageSize, freeUnits }: TieredUnitInput, path: Path) {
  if (tiers && tiers.length > 0) throw badInput([...path, 'tiers'], 'A package has a price and a size, and no tiers.');
  if (packagePrice == null) throw badInput([...path, 'packagePrice'], 'Say what a package costs.');
  if (packageSize == null) throw badInput([...path, 'packageSize'], 'Say how many units a package has.');
  return {
    packagePricePico: checkPrice(packagePrice, [...path, 'packagePrice']),
    packageSize: checkWhole(packageSize, 1n, [...path, 'packageSize']),
    freeUnits: freeUnits == null ? 0n : checkWhole(freeUnits, 0n, [...path, 'freeUnits']),
  };
}

function checkTiers(said: TieredUnitInput, path: Path): PlanTier[] {
  const ofPackage = (['packagePrice', 'packageSize', 'freeUnits'] as const).find((field) => said[field] != null);
  if (ofPackage) throw badInput([...path, ofPackage], 'Only a PACKAGE has this.');
  const at = [...path, 'tiers'];
  const tiers = said.tiers ?? [];
  if (tiers.length === 0 || tiers.length > MAX_TIERS) throw badInput(at, `Must list 1 to ${MAX_TIERS} tiers.`);
  const checked = tiers.map((tier, index) => checkTier(tier, index === tiers.length - 1, [...at, index]));
  for (const [index, { upTo }] of checked.entries()) {
    const before = checked[index - 1]?.upTo ?? 0n;
    if (upTo !== null && upTo <= before) {
      throw badInput([...at, index, 'upTo'], 'Must be above the end of the tier before.');
    }
  }
  return checked;
}

function checkTier({ upTo, price, per, flatFee }: PlanTierInput, isLast: boolean, path: Path): PlanTier {
  if (isLast !== (upTo == null)) {
    throw badInput([...path, 'upTo'], isLast ? 'The last tier has no end: leave it out.' : 'Only the last has no end.');
  }
  return {
    upTo: upTo == null ? null : checkWhole(upTo, 1n, [...path, 'upTo']),
    pricePico: checkPrice(price, [...path, 'price']),
    per: checkWhole(per, 1n, [...path, 'per']),
    flatFeePico: checkPrice(flatFee, [...path, 'flatFee']),
  };
}

interface Scope {
  readonly provider: string | null;
  readonly model: string | null;
}

function checkScope(
  { provider, model }: { provider?: string | null; model?: string | null },
  path: Path,
): { provider: string | null; model: string | null } {
  if (provider == null && model != null) throw badInput([...path, 'provider'], 'Say whose model it is.');
  return {
    provider: provider == null ? null : requireText(provider, [...path, 'provider'], MAX_MODEL_NAME),
    model: model == null ? null : requireText(model, [...path, 'model'], MAX_MODEL_NAME),
  };
}

const scopeText = ({ provider, model }: Scope) => JSON.stringify([provider, model]);

function assertOnce<Row>(rows: readonly Row[], keyOf: (row: Row) => string, path: Path): void {
  const keys = rows.map(keyOf);
  const twice = keys.findIndex((key, index) => keys.indexOf(key) < index);
  if (twice !== -1) throw badInput([...path, twice], 'This is said twice.');
}

function checkFee(fee: Pico, path: Path): Pico {
  if (fee < 0n || fee > MAX_FEE) throw badInput(path, 'Must be from 0 to 1,000,000,000.');
  return fee;
}

function checkPrice(price: Pico, path: Path): Pico {
  if (price < 0n || price > MAX_PRICE) throw badInput(path, 'Must be from 0 to 1,000,000.');
  return price;
}

function checkDays(days: number, most: number, path: Path): number {
  if (days < 0 || days > most) throw badInput(path, `Must be from 0 to ${most}.`);
  return days;
}
