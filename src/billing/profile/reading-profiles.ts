/** What stands on an account's invoices: its own profile, and where that says nothing, those of who it belongs to. */
import DataLoader from 'dataloader';
import { Account, AccountKind } from '../../identity/account.js';
import { accountById } from '../../identity/account-scope.js';
import { Organization } from '../../identity/organization.js';
import type { Operation } from '../../operation.js';
import { BillingProfile, type InvoiceParties, type InvoiceParty } from './billing-profile.js';
import type { TaxTerms } from './tax.js';

/** Batched over all accounts of an operation. */
export function profileOf(operation: Operation, accountId: string): Promise<BillingProfile | null> {
  return operation.loader(profileOf, profileLoader).load(accountId);
}

function profileLoader(operation: Operation): DataLoader<string, BillingProfile | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const found = await em.find(BillingProfile, { organizationId, accountId: { $in: [...ids] } });
    const byAccount = new Map(found.map((profile) => [profile.accountId, profile]));
    return ids.map((id) => byAccount.get(id) ?? null);
  });
}

/** The taxes of a profile; null where it has none of its own. */
export function taxesOfProfile({ taxMode, taxRates }: BillingProfile): TaxTerms | null {
  if (taxMode === null || taxRates === null) return null;
  return { mode: taxMode, rates: taxRates.map(({ name, percent }) => ({ name, percent: BigInt(percent) })) };
}

/** Those of the account, else of its team, else of the organization; null: nobody has any. */
export async function taxTermsOf(operation: Operation, accountId: string): Promise<TaxTerms | null> {
  const account = await accountById(operation, accountId);
  const root = await rootOf(operation);
  for (const id of [accountId, account?.teamId, root.id]) {
    const profile = id == null ? null : await profileOf(operation, id);
    const taxes = profile && taxesOfProfile(profile);
    if (taxes) return taxes;
  }
  return null;
}

/** Whose invoice an account's is, and who it is to, by today's profiles. */
export async function partiesOf(operation: Operation, accountId: string): Promise<InvoiceParties> {
  const root = await rootOf(operation);
  const account = await accountById(operation, accountId);
  const [own, ofRoot] = await Promise.all([profileOf(operation, accountId), profileOf(operation, root.id)]);
  return {
    seller: partyOf(ofRoot, root.name),
    buyer: partyOf(own, account?.name ?? account?.externalId ?? '', root.name),
  };
}

/** The organization's own account has no id of its caller's. */
function partyOf(profile: BillingProfile | null, name: string, otherName = name): InvoiceParty {
  return {
    name: profile?.legalName ?? (name || otherName),
    address: profile?.address ?? null,
    taxId: profile?.taxId ?? null,
  };
}

/** The organization and its own account; read once for each operation. */
function rootOf(operation: Operation): Promise<{ readonly id: string; readonly name: string }> {
  return operation.loader(rootOf, async (of) => {
    const em = await of.em();
    const { organizationId } = of.principal;
    const { id } = await em.findOneOrFail(Account, { organizationId, kind: AccountKind.ORGANIZATION, externalId: '' });
    const { name } = await em.findOneOrFail(Organization, { organizationId });
    return { id, name };
  });
}
