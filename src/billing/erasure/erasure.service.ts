/** A person is forgotten, and what was spent and paid stays. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { badInput, notFound } from '../../errors.js';
import type { AccountDirectory } from '../../identity/account-directory.js';
import { accountById } from '../../identity/account-scope.js';
import { findSpender } from '../../identity/account.service.js';
import { Account, AccountKind } from '../../identity/account.js';
import { ApiKey } from '../../identity/api-key.js';
import { authorize } from '../../identity/permission.js';
import { TokenSubject } from '../../identity/token-subject.js';
import { decodeUuid } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { CreditNote } from '../credit-note/credit-note.js';
import { Invoice } from '../invoice/invoice.js';
import { answerOf } from '../payment-method/asking.js';
import { PaymentMethod, ProcessorCustomer } from '../payment-method/payment-method.js';
import { Payment } from '../payment/payment.js';
import type { CollectingProcessor } from '../payment/processor.js';
import { BillingProfile } from '../profile/billing-profile.js';
import type { EraseAccountInput } from './erasure-input.js';

const ERASED = { name: 'erased', address: null, taxId: null };
const NOTHING_SHOWN = { brand: null, last4: null, expMonth: null, expYear: null, fingerprint: null };

const pseudonymOf = (id: string) => `erased-${id}`;

export class ErasureService {
  constructor(
    private readonly directory: AccountDirectory,
    private readonly processor: CollectingProcessor | undefined,
  ) {}

  /** Again it finds nothing left to be done. */
  async erase(operation: Operation, input: EraseAccountInput): Promise<Account> {
    authorize(operation, 'account.erase');
    const { id } = await userOf(operation, input);
    await this.#detach(operation, id);
    const em = await operation.em();
    const account = await em.findOneOrFail(Account, { organizationId: operation.principal.organizationId, id });
    eraseAccount(operation, account);
    await eraseBilling(em, operation, id);
    await eraseMethods(em, operation, id);
    await em.flush();
    operation.afterCommit(() => this.directory.forget(id));
    return account;
  }

  /** First, and committed before: what the processor was told of has to be known to be gone, whoever dies. */
  async #detach(operation: Operation, accountId: string): Promise<void> {
    const { organizationId } = operation.principal;
    const em = await operation.em();
    const kept = await em.find(PaymentMethod, { organizationId, accountId, removedAt: null });
    await operation.commit();
    for (const { processor, ref } of kept) {
      if (processor === this.processor?.name) await answerOf(this.processor.removeMethod(ref));
    }
  }
}

async function userOf(operation: Operation, { userId, account: named }: EraseAccountInput): Promise<Account> {
  if ((userId == null) === (named == null)) throw badInput(['input', 'userId'], 'Name one of userId and account.');
  const id = named == null ? undefined : decodeUuid('account', named);
  const byId = id === undefined ? undefined : await accountById(operation, id);
  const account = userId == null ? byId : await findSpender(operation, { userId });
  if (!account) throw notFound('The account');
  if (account.kind !== AccountKind.USER) throw badInput(['input', 'account'], 'Only a USER is a person.');
  return account;
}

function eraseAccount({ now }: Operation, account: Account): void {
  account.externalId = pseudonymOf(account.id);
  account.name = null;
  account.disabledAt ??= now;
  account.disabledFor = null;
  account.erasedAt ??= now;
}

async function eraseBilling(em: EntityManager, operation: Operation, accountId: string): Promise<void> {
  const { organizationId } = operation.principal;
  const profile = await em.findOne(BillingProfile, { organizationId, accountId });
  if (profile) Object.assign(profile, { legalName: null, address: null, taxId: null });
  const invoices = await em.find(Invoice, { organizationId, accountId });
  for (const invoice of invoices) if (invoice.parties) invoice.parties = { ...invoice.parties, buyer: ERASED };
  const ofThem = { organizationId, invoiceId: { $in: invoices.map(({ id }) => id) } };
  for (const payment of await em.find(Payment, ofThem)) {
    payment.reference = null;
    // One that is under way is asked for to the letter again.
    if (payment.endedAt !== null) payment.processorOrder = null;
  }
  for (const note of await em.find(CreditNote, ofThem)) note.refundReference = null;
  for (const key of await em.find(ApiKey, { organizationId, accountId, revokedAt: null }))
    key.revokedAt = operation.now;
  await em.nativeDelete(TokenSubject, { organizationId, accountId });
}

async function eraseMethods(em: EntityManager, operation: Operation, accountId: string): Promise<void> {
  const { organizationId } = operation.principal;
  for (const customer of await em.find(ProcessorCustomer, { organizationId, accountId })) {
    customer.ref = pseudonymOf(accountId);
  }
  for (const method of await em.find(PaymentMethod, { organizationId, accountId })) {
    Object.assign(method, NOTHING_SHOWN, { ref: pseudonymOf(method.id), isDefault: false });
    method.removedAt ??= operation.now;
  }
}
