import DataLoader from 'dataloader';
import { validate } from 'uuid';
import { badInput, notFound } from '../../errors.js';
import type { AccountDirectory } from '../../identity/account-directory.js';
import { findSpender, type AccountName } from '../../identity/account.service.js';
import { authorize } from '../../identity/permission.js';
import { decodeUuid, encodeId, newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { keyAfter, pageOf, pageSize, type Page } from '../../page.js';
import { findOnce, writeOnce } from '../../write-once.js';
import { checkCurrency } from '../amount/check-amount.js';
import { notInvoiced } from '../invoice/not-invoiced.js';
import { assertBilling } from '../plan/plan.service.js';
import { checkGrant } from './check-grant.js';
import { creditSums, leftOf, type CreditSums, type GrantState } from './credit-balance.js';
import { CreditGrant, CreditUse } from './credit-grant.js';
import type { GrantCreditInput } from './credit-input.js';
import { lockCredits, readGrants } from './read-credits.sql.js';

const MS_PER_DAY = 86_400_000;
const MOST_DAYS = 3660;

export interface CreditBalance extends CreditSums {
  readonly currency: string;
  readonly notInvoicedPico: bigint;
  readonly availablePico: bigint;
}

export class CreditService {
  constructor(
    private readonly accounts: AccountDirectory,
    private readonly isOn: boolean,
  ) {}

  /** Makes a grant, once for each idempotency key. */
  async grant(operation: Operation, input: GrantCreditInput): Promise<CreditGrant> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const { account, ...draft } = checkGrant(input);
    const { organizationId } = operation.principal;
    const known = await findOnce(await operation.em(), CreditGrant, { organizationId, ...draft });
    if (known) return known;
    // By now, and not before: the same again is answered also when it has expired.
    if (draft.expiresAt !== null && draft.expiresAt <= operation.now) {
      throw badInput(['input', 'expiresAt'], 'Must be an instant to come.');
    }
    // The account is made by a transaction of its own, after the input was checked.
    await operation.commit();
    const [accountId] = await this.accounts.idsOf(organizationId, [account], operation.now);
    if (accountId === undefined) throw new Error('The account was not made.');
    const em = await operation.em();
    await lockCredits(em, organizationId, accountId);
    const faster = await findOnce(em, CreditGrant, { organizationId, ...draft });
    if (faster) return faster;
    const of = { organizationId, id: newId(), accountId, invoiceId: null, creditNoteId: null, paymentId: null };
    return writeOnce(em, CreditGrant, { ...of, ...draft, createdAt: operation.now, voidedAt: null });
  }

  /** Takes back what is left of a grant. Again is no error. */
  async void(operation: Operation, opaqueId: string): Promise<CreditGrant> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const seen = await this.#grant(operation, decodeUuid('creditgrant', opaqueId));
    if (!seen) throw notFound('The credit grant');
    const em = await operation.em();
    await lockCredits(em, seen.organizationId, seen.accountId);
    const { organizationId, id } = seen;
    const grant = await em.findOneOrFail(CreditGrant, { organizationId, id }, { refresh: true });
    const uses = await em.find(CreditUse, { organizationId, grantId: id });
    // It may have waited for an invoice that began later.
    const instants = [operation.now.getTime(), ...uses.map(({ usedAt }) => usedAt.getTime() + 1)];
    grant.voidedAt ??= new Date(Math.max(...instants));
    await em.flush();
    operation.forget(CreditGrant);
    return grant;
  }

  /** What an account has in a currency; without one, in that of its subscription. */
  async balance(
    operation: Operation,
    name: AccountName & { readonly currency?: string | null | undefined; readonly withinDays: number },
  ): Promise<CreditBalance> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const said = name.currency == null ? undefined : checkCurrency(name.currency, ['currency']).code;
    const { withinDays } = name;
    if (withinDays < 0 || withinDays > MOST_DAYS) throw badInput(['withinDays'], `Must be from 0 to ${MOST_DAYS}.`);
    const account = await findSpender(operation, name);
    const owed = account ? await notInvoiced(operation, account, said) : undefined;
    const currency = said ?? owed?.currency ?? 'USD';
    const { organizationId } = operation.principal;
    const grants = account
      ? await readGrants(await operation.em(), organizationId, { accountId: account.id, currency })
      : [];
    const expiringBy = new Date(operation.now.getTime() + withinDays * MS_PER_DAY);
    const sums = creditSums(grants, operation.now, expiringBy);
    const notInvoicedPico = owed?.amountPico ?? 0n;
    return { currency, ...sums, notInvoicedPico, availablePico: sums.remainingPico - notInvoicedPico };
  }

  /** Newest first. */
  async list(
    operation: Operation,
    name: AccountName & { readonly isOfAll: boolean },
    first?: number | null,
    after?: string | null,
  ): Promise<Page<CreditGrant>> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const size = pageSize(first);
    const before = keyAfter('creditgrant', after);
    const account = name.isOfAll ? undefined : await findSpender(operation, name);
    if (!name.isOfAll && !account) return pageOf<CreditGrant>([], size, after, () => '');
    const { organizationId } = operation.principal;
    const where = {
      organizationId,
      ...(account && { accountId: account.id }),
      ...(before !== undefined && { id: { $lt: before } }),
    };
    const em = await operation.em();
    const found = await em.find(CreditGrant, where, { orderBy: { id: 'desc' }, limit: size + 1 });
    return pageOf(found, size, after, ({ id }) => encodeId('creditgrant', id));
  }

  /** What a grant can still pay; batched over all grants of an operation. */
  async remaining(operation: Operation, { id }: CreditGrant): Promise<bigint> {
    authorize(operation, 'billing.read');
    const state = await operation.loader(CreditGrant, stateLoader).load(id);
    return state ? leftOf(state, operation.now) : 0n;
  }

  /** What invoices took of a grant; batched over all grants of an operation. */
  async uses(operation: Operation, { id }: CreditGrant): Promise<CreditUse[]> {
    authorize(operation, 'billing.read');
    return operation.loader(CreditService, useLoader).load(id);
  }

  /** Batched over all grants of an operation. */
  async byId(operation: Operation, id: string): Promise<CreditGrant> {
    authorize(operation, 'billing.read');
    const grant = await this.#grant(operation, id);
    if (!grant) throw notFound('The credit grant');
    return grant;
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<CreditGrant | null> {
    authorize(operation, 'billing.read');
    return this.isOn && validate(key) ? this.#grant(operation, key) : null;
  }

  async #grant(operation: Operation, id: string | undefined): Promise<CreditGrant | null> {
    return id === undefined ? null : operation.loader(lockCredits, grantLoader).load(id);
  }
}

function grantLoader(operation: Operation): DataLoader<string, CreditGrant | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const found = await em.find(CreditGrant, { organizationId, id: { $in: [...ids] } });
    const byId = new Map(found.map((grant) => [grant.id, grant]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

function stateLoader(operation: Operation): DataLoader<string, GrantState | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const found = await readGrants(em, operation.principal.organizationId, { ids });
    const byId = new Map(found.map((grant) => [grant.id, grant]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

function useLoader(operation: Operation): DataLoader<string, CreditUse[]> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const where = { organizationId: operation.principal.organizationId, grantId: { $in: [...ids] } };
    const byGrant = Map.groupBy(
      await em.find(CreditUse, where, { orderBy: { usedAt: 'asc', invoiceId: 'asc' } }),
      ({ grantId }) => grantId,
    );
    return ids.map((id) => byGrant.get(id) ?? []);
  });
}
