/** Reads the input of checkBudget: what a call would cost at most, said as an amount or to be worked out by its price. */
import type { EstimateCostInput } from '../catalog/estimate-input.js';
import { parseQuantity, quantityRule } from '../catalog/quantity.js';
import { UsageUnit } from '../catalog/usage-unit.js';
import { badInput } from '../errors.js';
import { requireText } from '../text.js';
import type { CheckBudgetInput } from './budget-input.js';

export type AskedAmount =
  | { readonly kind: 'AMOUNT'; readonly picoUsd: bigint }
  | { readonly kind: 'ESTIMATE'; readonly input: EstimateCostInput };

/** @throws ApiError BAD_USER_INPUT */
export function checkCall(input: CheckBudgetInput): AskedAmount {
  const { amount, prompt, promptTokens, maxCompletionTokens } = input;
  const model = input.model == null ? undefined : requireText(input.model, ['input', 'model'], 255);
  const provider = input.provider == null ? undefined : requireText(input.provider, ['input', 'provider'], 255);
  if (amount != null) {
    if (prompt != null || promptTokens != null || maxCompletionTokens != null) {
      throw badInput(['input', 'amount'], 'Give an amount or the tokens of the call, not both.');
    }
    if (amount < 0n) throw badInput(['input', 'amount'], 'Must be 0 or more.');
    return { kind: 'AMOUNT', picoUsd: amount };
  }
  if (model === undefined) throw badInput(['input', 'model'], 'Name the model and its tokens, or an amount.');
  if ((prompt == null) === (promptTokens == null)) {
    throw badInput(['input', 'promptTokens'], 'Without an amount, give either prompt or promptTokens.');
  }
  if (maxCompletionTokens == null) {
    throw badInput(['input', 'maxCompletionTokens'], 'maxCompletionTokens (or an amount) is needed.');
  }
  if (parseQuantity(UsageUnit.OUTPUT_TOKENS, maxCompletionTokens) === undefined) {
    throw badInput(['input', 'maxCompletionTokens'], `Must be ${quantityRule(UsageUnit.OUTPUT_TOKENS)}.`);
  }
  // With all completion tokens said to be known, the estimate needs no look at past calls for the likely ones.
  const completionTokens = maxCompletionTokens;
  return { kind: 'ESTIMATE', input: { model, provider, prompt, promptTokens, completionTokens, maxCompletionTokens } };
}
