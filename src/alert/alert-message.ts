import { AccountKind, type Account } from '../identity/account.js';
import { formatUsd } from '../money.js';
import { AlertKind, type Alert } from './alert.js';

/** An alert as a sentence for people, in English. */
export function messageOf(alert: Alert): string {
  switch (alert.kind) {
    case AlertKind.BUDGET_THRESHOLD:
      return `${whose(alert.account)} reached ${alert.threshold ?? 0} % of ${budgetOf(alert)}: ${spentOf(alert)}${until(alert)}.`;
    case AlertKind.RESERVATION_OVERRUN:
      return `A call of ${lower(whose(alert.account))} ${chargeOf(alert)}, and ${formatUsd(alert.heldPicoUsd ?? 0n)} USD had been held for it.`;
    case AlertKind.UNPRICED_USAGE:
      return `No price is known for the model "${alert.model ?? ''}"${from(alert)}: its usage counts without a cost until setPricing names one.`;
    case AlertKind.PAYMENT_FAILED:
      return `A payment of ${lower(whose(alert.account))} did not go through: ${alert.reason ?? 'no reason was given'}.`;
    case AlertKind.SHARED_PAYMENT_METHOD:
      return `${whose(alert.account)} keeps a payment method that another account kept before: trial and included credit of its plan are not had twice.`;
  }
}

/** What is spent of the limit, in percent, rounded down to two decimals; null where there is no limit. */
export function percentOf({ spentPicoUsd, limitPicoUsd }: Alert): number | null {
  if (spentPicoUsd === null || limitPicoUsd === null) return null;
  if (limitPicoUsd === 0n) return spentPicoUsd > 0n ? 100 : 0;
  return Number((spentPicoUsd * 10_000n) / limitPicoUsd) / 100;
}

/** One that came when nothing was held any more may have no price yet. */
function chargeOf({ chargePicoUsd }: Alert): string {
  return chargePicoUsd === null ? 'came too late and has no price yet' : `was charged ${formatUsd(chargePicoUsd)} USD`;
}

function whose(account: Account | null): string {
  if (!account || account.kind === AccountKind.ORGANIZATION) return 'The organization';
  return `The ${account.kind.toLowerCase()} "${account.name ?? account.externalId}"`;
}

function lower(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function spentOf({ spentPicoUsd, limitPicoUsd }: Alert): string {
  return `${formatUsd(spentPicoUsd ?? 0n)} of ${formatUsd(limitPicoUsd ?? 0n)} USD spent`;
}

function until({ periodEndsAt }: Alert): string {
  return periodEndsAt ? ` in the period until ${periodEndsAt.toISOString()}` : '';
}

function from({ provider }: Alert): string {
  return provider === null ? ', named without a provider' : ` from "${provider}"`;
}

/** As people call it: by its name, else by its period. */
function budgetOf({ budgetName, budgetPeriod }: Alert): string {
  if (budgetName !== null) return `the budget "${budgetName}"`;
  return budgetPeriod === null ? 'a budget' : `its ${budgetPeriod} budget`;
}
