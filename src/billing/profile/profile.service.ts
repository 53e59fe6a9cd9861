import { badInput } from '../../errors.js';
import type { AccountDirectory } from '../../identity/account-directory.js';
import { findSpender, spenderOf, type AccountName } from '../../identity/account.service.js';
import { authorize } from '../../identity/permission.js';
import { PICO_USD_PER_USD } from '../../money.js';
import type { Operation } from '../../operation.js';
import { requireFreeText } from '../../text.js';
import { assertBilling } from '../plan/plan.service.js';
import { BillingProfile, type StoredTaxRate } from './billing-profile.js';
import type { SetBillingProfileInput, TaxTermsInput } from './profile-input.js';
import { profileOf, taxesOfProfile, taxTermsOf } from './reading-profiles.js';
import type { TaxTerms } from './tax.js';

const MAX_LINES = 10;
const MAX_RATES = 5;
/** Percent, as `Decimal` reads it. */
const PERCENT = { most: 100n * PICO_USD_PER_USD, step: PICO_USD_PER_USD / 10_000n };

export class BillingProfileService {
  constructor(
    private readonly accounts: AccountDirectory,
    private readonly isOn: boolean,
  ) {}

  /** Makes or changes what stands on an account's invoices. Those that have their number stay as they are. */
  async set(operation: Operation, input: SetBillingProfileInput): Promise<BillingProfile> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const account = spenderOf(input, ['input']);
    const said = checkProfile(input);
    await operation.commit();
    const { organizationId } = operation.principal;
    const [accountId] = await this.accounts.idsOf(organizationId, [account], operation.now);
    if (accountId === undefined) throw new Error('The account was not made.');
    const em = await operation.em();
    const row = { organizationId, accountId, ...said, changedAt: operation.now };
    // What was left out is in no column of the statement.
    await em.upsert(BillingProfile, row, { onConflictMergeFields: [...fieldsOf(said), 'changedAt'] });
    operation.forget(profileOf);
    return em.findOneOrFail(BillingProfile, { organizationId, accountId }, { refresh: true });
  }

  /** null where the account has none of its own. */
  async find(operation: Operation, name: AccountName): Promise<BillingProfile | null> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const account = await findSpender(operation, name);
    return account && profileOf(operation, account.id);
  }

  /** Its own; null where it has none. */
  async taxes(operation: Operation, profile: BillingProfile): Promise<TaxTerms | null> {
    authorize(operation, 'billing.read');
    return taxesOfProfile(profile);
  }

  /** Its own, else those of its team, else of the organization. */
  async taxesInForce(operation: Operation, { accountId }: BillingProfile): Promise<TaxTerms | null> {
    authorize(operation, 'billing.read');
    return taxTermsOf(operation, accountId);
  }
}

type Said = Partial<Pick<BillingProfile, 'legalName' | 'address' | 'taxId' | 'taxMode' | 'taxRates' | 'dunningAction'>>;

const fieldsOf = (said: Said) => Object.keys(said) as (keyof Said)[];

function checkProfile({ legalName, address, taxId, taxes, dunningAction }: SetBillingProfileInput): Said {
  return {
    ...(legalName !== undefined && { legalName: legalName && requireFreeText(legalName, ['input', 'legalName'], 200) }),
    ...(address !== undefined && { address: address && checkAddress(address) }),
    ...(taxId !== undefined && { taxId: taxId && requireFreeText(taxId, ['input', 'taxId'], 60) }),
    ...(taxes !== undefined && {
      taxMode: taxes?.mode ?? null,
      taxRates: taxes && checkRates(taxes),
    }),
    ...(dunningAction !== undefined && { dunningAction }),
  };
}

function checkAddress(lines: readonly string[]): string {
  if (lines.length === 0 || lines.length > MAX_LINES) {
    throw badInput(['input', 'address'], `Must have 1 to ${MAX_LINES} lines.`);
  }
  return lines.map((line, index) => requireFreeText(line, ['input', 'address', index], 100)).join('\n');
}

function checkRates({ rates }: TaxTermsInput): StoredTaxRate[] {
  const path: (string | number)[] = ['input', 'taxes', 'rates'];
  if (rates.length > MAX_RATES) throw badInput(path, `At most ${MAX_RATES} taxes at once.`);
  return rates.map(({ name, rate }, index) => {
    const checked = requireFreeText(name, [...path, index, 'name'], 60);
    if (rates.findIndex((other) => other.name === name) !== index) {
      throw badInput([...path, index, 'name'], 'This tax is listed before.');
    }
    if (rate < 0n || rate > PERCENT.most || rate % PERCENT.step !== 0n) {
      throw badInput([...path, index, 'rate'], 'Must be from 0 to 100, with up to 4 decimal places.');
    }
    return { name: checked, percent: rate.toString() };
  });
}
