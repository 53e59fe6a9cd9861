/** A call as its caller described it: checked, in canonical form, not yet priced. */
import { formatQuantity, parseQuantity, type Quantities } from '../catalog/quantity.js';
import { unitDefinition, UsageUnit } from '../catalog/usage-unit.js';
import type { WantedAccount } from '../identity/ensure-account.sql.js';
import type { PicoUsd } from '../money.js';
import type { UnpricedReason } from './unpriced-reason.js';

interface DraftBase {
  readonly idempotencyKey: string;
  readonly keyDay: string;
  /** SHA-256 in hex. */
  readonly contentHash: string;
  readonly account: WantedAccount;
  readonly runId: string | undefined;
  /** Decides price, reports and invoice. */
  readonly occurredAt: Date;
  /** Decides the budget periods that it counts on. */
  readonly budgetAt: Date;
  readonly reservationId: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

export interface CallDraft extends DraftBase {
  readonly kind: 'CALL';
  readonly provider: string | undefined;
  readonly model: string;
  readonly quantities: Quantities;
  /** The same as `quantitiesToJson` writes them. */
  readonly quantitiesJson: Readonly<Record<string, string>>;
  /** What was read of a provider's body; kept so that it can be read again. */
  readonly providerUsage: unknown;
  /** Set where the usage itself cannot be priced, whatever the prices are. */
  readonly problem: UnpricedReason | undefined;
}

export interface DeductionDraft extends DraftBase {
  readonly kind: 'DEDUCTION';
  readonly amountPicoUsd: PicoUsd;
  readonly reason: string | undefined;
}

export type UsageDraft = CallDraft | DeductionDraft;

/** Quantities by unit, as decimal text in the unit, for hashing and storing. */
export function quantitiesToJson(quantities: Quantities): Record<string, string> {
  const json: Record<string, string> = {};
  for (const [unit, quantity] of quantities) json[unit] = formatQuantity(unit, quantity);
  return json;
}

/** The quantities of a stored record. */
export function quantitiesFromJson(json: Readonly<Record<string, string>>): Quantities {
  return new Map(
    Object.entries(json).map(([name, text]) => {
      const unit = UsageUnit[name as UsageUnit];
      const quantity = parseQuantity(unit, text);
      if (quantity === undefined) throw new Error(`A stored quantity of ${unitDefinition(unit).unit} cannot be read.`);
      return [unit, quantity];
    }),
  );
}
