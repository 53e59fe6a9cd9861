/** Every check of a budget's input, in the order of the fields. */
import { createHash } from 'node:crypto';
import { badInput } from '../errors.js';
import { budgetedOf } from '../identity/account.service.js';
import type { WantedAccount } from '../identity/ensure-account.sql.js';
import { requireFreeText, requireText } from '../text.js';
import { PeriodKind, modelText, type Enforcement } from './budget.js';
import type { BudgetModelInput, SetBudgetInput } from './budget-input.js';

const MAX_THRESHOLDS = 20;
const MAX_THRESHOLD = 1_000;
const MAX_MODELS = 100;
const MAX_MODEL_NAME = 255;

export interface BudgetDraft {
  readonly account: WantedAccount;
  readonly period: PeriodKind;
  readonly limitPicoUsd: bigint;
  readonly enforcement: Enforcement;
  /** Ascending, each once. */
  readonly thresholds: readonly number[];
  /** `provider/name`, sorted, each once; null for all. */
  readonly models: readonly string[] | null;
  readonly modelsKey: string;
  readonly anchorDay: number | null;
  readonly anchorMonth: number | null;
  /** undefined keeps the name that the budget has. */
  readonly name: string | null | undefined;
}

/** The model that a name of a list means; undefined where it means none. */
export type ResolveModel = (
  model: BudgetModelInput,
) => { readonly provider: string; readonly name: string } | undefined;

export function checkBudgetInput(input: SetBudgetInput, resolve: ResolveModel): BudgetDraft {
  const account = budgetedOf(input, ['input']);
  if (input.limit < 0n) throw badInput(['input', 'limit'], 'Must be 0 or more.');
  const thresholds = checkThresholds(input.thresholds);
  const models = input.models ? checkModels(input.models, resolve) : null;
  return {
    account,
    period: input.period,
    limitPicoUsd: input.limit,
    enforcement: input.enforcement,
    thresholds,
    models,
    modelsKey: models ? keyOf(models) : '',
    anchorDay: checkAnchor(input, 'anchorDay', [PeriodKind.MONTH, PeriodKind.YEAR], 31),
    anchorMonth: checkAnchor(input, 'anchorMonth', [PeriodKind.YEAR], 12),
    name: input.name == null ? input.name : requireFreeText(input.name, ['input', 'name'], 200),
  };
}

function checkThresholds(thresholds: readonly number[]): number[] {
  if (thresholds.length > MAX_THRESHOLDS) {
    throw badInput(['input', 'thresholds'], `A budget has at most ${MAX_THRESHOLDS} thresholds.`);
  }
  const wrong = thresholds.findIndex((threshold) => threshold < 1 || threshold > MAX_THRESHOLD);
  if (wrong >= 0) throw badInput(['input', 'thresholds', wrong], `Must be from 1 to ${MAX_THRESHOLD} percent.`);
  return [...new Set(thresholds)].sort((a, b) => a - b);
}

function checkModels(models: readonly BudgetModelInput[], resolve: ResolveModel): string[] {
  if (models.length === 0 || models.length > MAX_MODELS) {
    throw badInput(['input', 'models'], `Must list 1 to ${MAX_MODELS} models; leave it out for all models.`);
  }
  const texts = models.map((model, index) => {
    const path = ['input', 'models', index];
    requireText(model.provider, [...path, 'provider'], MAX_MODEL_NAME);
    if (model.provider.includes('/')) throw badInput([...path, 'provider'], 'Must have no slash.');
    requireText(model.name, [...path, 'name'], MAX_MODEL_NAME);
    const found = resolve(model);
    if (!found) throw badInput(path, 'No model of this provider and name is known: set its price first (setPricing).');
    return modelText(found.provider, found.name);
  });
  return [...new Set(texts)].sort();
}

/** No name has a line feed in it, so different lists are different texts. */
function keyOf(models: readonly string[]): string {
  return createHash('sha256').update(models.join('\n')).digest('hex');
}

function checkAnchor(
  input: SetBudgetInput,
  field: 'anchorDay' | 'anchorMonth',
  periods: readonly PeriodKind[],
  most: number,
): number | null {
  const anchor = input[field];
  if (anchor == null) return null;
  if (!periods.includes(input.period)) {
    throw badInput(['input', field], `Only a budget for a ${periods.join(' or a ')} has one.`);
  }
  if (anchor < 1 || anchor > most) throw badInput(['input', field], `Must be from 1 to ${most}.`);
  return anchor;
}
