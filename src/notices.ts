/** What a server says at its start of what it does not do, so that nobody wonders why a limit refuses nothing. */
import ms from 'ms';

export interface Switches {
  readonly features: { readonly pricing: boolean; readonly budgetEnforcement: boolean; readonly billing: boolean };
  readonly budgetEnforcementSince: Date | undefined;
  readonly budgetGraceMs: number;
}

/** One sentence each, with the setting that is behind it; none where everything is on. */
export function noticesOf({ features, budgetEnforcementSince: since, budgetGraceMs }: Switches): string[] {
  const notices: string[] = [];
  if (!features.pricing) notices.push('Calls are recorded without a price (ENABLE_PRICING=false).');
  if (!features.budgetEnforcement) {
    notices.push('No budget refuses anything; all count (ENABLE_BUDGET_ENFORCEMENT=false).');
  } else {
    if (since) {
      notices.push(`Budgets of accounts made before ${since.toISOString()} refuse nothing (BUDGET_ENFORCEMENT_SINCE).`);
    }
    if (budgetGraceMs > 0) {
      const grace = ms(budgetGraceMs, { long: true });
      notices.push(`A budget's first refusal comes ${grace} after it would have been (BUDGET_GRACE_PERIOD).`);
    }
  }
  if (!features.billing) notices.push('Nothing is billed (ENABLE_BILLING=false).');
  return notices;
}
