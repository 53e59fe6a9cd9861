import DataLoader from 'dataloader';
import { validate } from 'uuid';
import { notConfigured, notFound } from '../../errors.js';
import type { AccountDirectory } from '../../identity/account-directory.js';
import { findSpender, spenderOf, type AccountName } from '../../identity/account.service.js';
import { authorize } from '../../identity/permission.js';
import { decodeUuid } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { ProcessorError, type MethodSetup, type ProcessorMethod } from '../payment/processor.js';
import { assertBilling } from '../plan/plan.service.js';
import { answerOf } from './asking.js';
import { customerOf, openCustomer, remakeCustomer } from './customers.js';
import { goneMethod, type MethodKeeping } from './method-keeping.js';
import type {
  PaymentMethodSetup,
  RemovePaymentMethodInput,
  SetDefaultPaymentMethodInput,
  StartPaymentMethodSetupInput,
} from './payment-method-input.js';
import { PaymentMethod } from './payment-method.js';

/** What the processor calls a method or a setup. */
const METHOD_REF = /^pm_\w{1,250}$/;
const SETUP_REF = /^seti_\w{1,250}$/;

export class PaymentMethodService {
  constructor(
    private readonly accounts: AccountDirectory,
    /** undefined where no processor is on. */
    private readonly keeping: MethodKeeping | undefined,
    private readonly publishableKey: string | undefined,
    private readonly isOn: boolean,
  ) {}

  /** Lets a browser keep a method for an account, which is made where it is new. */
  async startSetup(operation: Operation, input: StartPaymentMethodSetupInput): Promise<PaymentMethodSetup> {
    authorize(operation, 'billing.write');
    const { processor } = this.#on();
    const account = spenderOf(input, ['input']);
    await operation.commit();
    const [accountId] = await this.accounts.idsOf(operation.principal.organizationId, [account], operation.now);
    if (accountId === undefined) throw new Error('The account was not made.');
    const customerRef = await answerOf(openCustomer(operation, processor, accountId));
    const remake = async () => processor.startSetup(await remakeCustomer(operation, processor, accountId));
    const setup = await answerOf(ifGone(processor.startSetup(customerRef), remake));
    return {
      setupId: setup.ref,
      clientSecret: setup.clientSecret,
      publishableKey: this.publishableKey ?? null,
    };
  }

  /** The invoices of the account are collected from it from now on, those that are open at once. */
  async setDefault(operation: Operation, input: SetDefaultPaymentMethodInput): Promise<PaymentMethod> {
    authorize(operation, 'billing.write');
    const keeping = this.#on();
    const { processor } = keeping;
    spenderOf(input, ['input']);
    const account = await findSpender(operation, input);
    const customer = account && (await customerOf(operation, processor.name, account.id));
    if (!customer) throw notFound('The payment method');
    const { organizationId, accountId } = customer;
    const read = await this.#readerOf(operation, accountId, input.paymentMethodId);
    await operation.commit();
    const method = await answerOf(read());
    if (method?.customerRef !== customer.ref) throw notFound('The payment method');
    await answerOf(keeping.keep(operation, accountId, method, true));
    const em = await operation.em();
    const where = { organizationId, accountId, processor: processor.name, refIndex: method.ref, removedAt: null };
    const kept = await em.findOne(PaymentMethod, where);
    if (!kept) throw notFound('The payment method');
    return kept;
  }

  /** Nothing is collected from it any more; what is under way goes on. */
  async remove(operation: Operation, { paymentMethodId }: RemovePaymentMethodInput): Promise<PaymentMethod> {
    authorize(operation, 'billing.write');
    const keeping = this.#on();
    const id = decodeUuid('paymentmethod', paymentMethodId);
    const row = id === undefined ? null : await this.findNode(operation, id);
    if (!row) throw notFound('The payment method');
    if (row.removedAt !== null) return row;
    const { organizationId, accountId, ref, kind } = row;
    await operation.commit();
    await answerOf(keeping.processor.removeMethod(ref));
    await answerOf(keeping.keep(operation, accountId, goneMethod(ref, kind), false));
    const em = await operation.em();
    return em.findOneOrFail(PaymentMethod, { organizationId, id: row.id });
  }

  /** Those that an account can pay by, the default first. */
  async list(operation: Operation, name: AccountName): Promise<PaymentMethod[]> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const account = await findSpender(operation, name);
    if (!account) return [];
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const where = { organizationId, accountId: account.id, removedAt: null };
    return em.find(PaymentMethod, where, { orderBy: { isDefault: 'desc', id: 'asc' } });
  }

  /** What a payment was asked of, also where it was removed since; batched over all payments of an operation. */
  async byId(operation: Operation, id: string | null): Promise<PaymentMethod | null> {
    authorize(operation, 'billing.read');
    return id === null ? null : operation.loader(PaymentMethod, methodLoader).load(id);
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<PaymentMethod | null> {
    authorize(operation, 'billing.read');
    if (!this.isOn || !validate(key)) return null;
    const em = await operation.em();
    return em.findOne(PaymentMethod, { organizationId: operation.principal.organizationId, id: key });
  }

  /** Checks how a method is named. What it answers asks the processor. */
  async #readerOf(
    operation: Operation,
    accountId: string,
    named: string,
  ): Promise<() => Promise<ProcessorMethod | undefined>> {
    const { processor } = this.#on();
    if (METHOD_REF.test(named)) return () => processor.readMethod(named);
    if (SETUP_REF.test(named)) return () => processor.methodOfSetup(named);
    const id = decodeUuid('paymentmethod', named);
    const row = id === undefined ? null : await this.findNode(operation, id);
    if (row?.accountId !== accountId) throw notFound('The payment method');
    return () => processor.readMethod(row.ref);
  }

  /** @throws ApiError FEATURE_DISABLED */
  #on(): MethodKeeping {
    assertBilling(this.isOn);
    if (!this.keeping) throw notConfigured('STRIPE_SECRET_KEY');
    return this.keeping;
  }
}

/** The customer may have been deleted at the processor, which makes another. */
async function ifGone(started: Promise<MethodSetup>, remake: () => Promise<MethodSetup>): Promise<MethodSetup> {
  try {
    return await started;
  } catch (error) {
    if (error instanceof ProcessorError && error.reason === 'resource_missing') return remake();
    throw error;
  }
}

function methodLoader(operation: Operation): DataLoader<string, PaymentMethod | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const where = { organizationId: operation.principal.organizationId, id: { $in: [...ids] } };
    const found = new Map((await em.find(PaymentMethod, where)).map((method) => [method.id, method]));
    return ids.map((id) => found.get(id) ?? null);
  });
}
