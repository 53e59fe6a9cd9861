/** Every check of a grant's input that needs no database, in the order of the fields. */
import { contentHash } from '../../content-hash.js';
import { badInput } from '../../errors.js';
import { spenderOf } from '../../identity/account.service.js';
import type { WantedAccount } from '../../identity/ensure-account.sql.js';
import { formatUsd } from '../../money.js';
import { requireFreeText, requireText } from '../../text.js';
import { checkCurrency, checkPayable } from '../amount/check-amount.js';
import type { Currency } from '../amount/currency.js';
import type { CreditGrant } from './credit-grant.js';
import type { GrantCreditInput } from './credit-input.js';

const MAX_PRIORITY = 1000;
const MAX_REASON = 500;

export interface GrantDraft extends Pick<
  CreditGrant,
  'amountPico' | 'currency' | 'priority' | 'expiresAt' | 'rolloverCapPico' | 'rolloverExpiresAt' | 'reason'
> {
  readonly account: WantedAccount;
  readonly idempotencyKey: string;
  readonly contentHash: string;
}

export function checkGrant(input: GrantCreditInput): GrantDraft {
  const idempotencyKey = requireText(input.idempotencyKey, ['input', 'idempotencyKey'], 255);
  const account = spenderOf(input, ['input']);
  const currency = checkCurrency(input.currency, ['input', 'currency']);
  const amountPico = checkPayable(input.amount, currency, ['input', 'amount']);
  const { priority } = input;
  if (priority < 0 || priority > MAX_PRIORITY) throw badInput(['input', 'priority'], 'Must be from 0 to 1000.');
  const rollover = checkRollover(input, amountPico, currency);
  const reason = requireFreeText(input.reason, ['input', 'reason'], MAX_REASON);
  const expiresAt = input.expiresAt ?? null;
  const hash = contentHash({
    ...{ kind: account.kind, externalId: account.externalId, amount: formatUsd(amountPico), currency: currency.code },
    ...{ priority, reason, expiresAt: expiresAt?.toISOString() },
    rolloverCap: rollover.rolloverCapPico?.toString(),
    rolloverExpiresAt: rollover.rolloverExpiresAt?.toISOString(),
  });
  const draft = { idempotencyKey, contentHash: hash, account, amountPico, currency: currency.code };
  return { ...draft, priority, expiresAt, ...rollover, reason };
}

function checkRollover(
  { expiresAt, rolloverCap, rolloverExpiresAt }: GrantCreditInput,
  amountPico: bigint,
  currency: Currency,
): Pick<GrantDraft, 'rolloverCapPico' | 'rolloverExpiresAt'> {
  if (rolloverCap == null) {
    if (rolloverExpiresAt != null) throw badInput(['input', 'rolloverCap'], 'Say how much stays at most.');
    return { rolloverCapPico: null, rolloverExpiresAt: null };
  }
  if (expiresAt == null) throw badInput(['input', 'expiresAt'], 'Credit that never expires does not roll over.');
  checkPayable(rolloverCap, currency, ['input', 'rolloverCap']);
  if (rolloverCap > amountPico) throw badInput(['input', 'rolloverCap'], 'Must not be above the amount.');
  if (rolloverExpiresAt == null) throw badInput(['input', 'rolloverExpiresAt'], 'Say until when that stays.');
  if (rolloverExpiresAt <= expiresAt) throw badInput(['input', 'rolloverExpiresAt'], 'Must be after expiresAt.');
  return { rolloverCapPico: rolloverCap, rolloverExpiresAt };
}
