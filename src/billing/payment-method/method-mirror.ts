import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { validate } from 'uuid';
import type { Clock } from '../../clock.js';
import { Account } from '../../identity/account.js';
import type { Operation } from '../../operation.js';
import { asNobody, inTransaction } from '../nobody.js';
import { ProcessorError, type CustomerOwner, type Mirrored, type ProcessorMethod } from '../payment/processor.js';
import { ownerOfCustomer, ownerOfMethod } from './find-owner.sql.js';
import { goneMethod, type MethodKeeping } from './method-keeping.js';
import { PaymentMethod, ProcessorCustomer } from './payment-method.js';

/** Payment methods that the processor told of: these books say the same of them. */
export class MethodMirror {
  constructor(
    private readonly orm: MikroORM,
    private readonly writer: Pool,
    private readonly clock: Clock,
    private readonly keeping: MethodKeeping,
  ) {}

  /**
   * @param method as the processor has it now
   * @param customerRef whose it is or was, where that is known
   */
  async mirror(method: ProcessorMethod, customerRef = method.customerRef): Promise<Mirrored> {
    const { name } = this.keeping.processor;
    const owner =
      customerRef === undefined ? await ownerOfMethod(this.writer, name, method.ref) : await this.#ownerOf(customerRef);
    if (!owner) return 'UNKNOWN';
    await this.#keep(owner, method);
    return 'BOOKED';
  }

  /** All methods of a customer, also those that it has no more. */
  async mirrorCustomer(customerRef: string): Promise<Mirrored> {
    const owner = await this.#ownerOf(customerRef);
    if (!owner) return 'UNKNOWN';
    const { processor } = this.keeping;
    const { organizationId, accountId } = owner;
    const methods = await this.#methodsOf(customerRef);
    const refs = new Set(methods.map(({ ref }) => ref));
    const kept = await this.#as(owner, async (operation) => {
      const where = { organizationId, accountId, processor: processor.name, removedAt: null };
      return (await operation.em()).find(PaymentMethod, where);
    });
    // First, so that where the default is gone another can be it.
    for (const { ref, kind } of kept.filter((row) => !refs.has(row.ref))) {
      await this.#keep(owner, (await processor.readMethod(ref)) ?? goneMethod(ref, kind));
    }
    for (const method of methods) await this.#keep(owner, method);
    return 'BOOKED';
  }

  #keep(owner: CustomerOwner, method: ProcessorMethod): Promise<void> {
    return this.#as(owner, (operation) => this.keeping.keep(operation, owner.accountId, method, false));
  }

  /** None of a customer that was deleted. */
  async #methodsOf(customerRef: string): Promise<ProcessorMethod[]> {
    try {
      const methods: ProcessorMethod[] = [];
      for await (const method of this.keeping.processor.methodsOf(customerRef)) methods.push(method);
      return methods;
    } catch (error) {
      if (error instanceof ProcessorError && error.fault === 'REFUSED') return [];
      throw error;
    }
  }

  /** By these books, else by what stands with the customer: it may have been made a moment ago, or before a backup. */
  async #ownerOf(customerRef: string): Promise<CustomerOwner | undefined> {
    const { processor } = this.keeping;
    const known = await ownerOfCustomer(this.writer, processor.name, customerRef);
    if (known) return known;
    const said = await processor.ownerOf(customerRef);
    if (!said || !validate(said.organizationId) || !validate(said.accountId)) return undefined;
    const isOwn = await this.#as(said, (operation) => keepCustomer(operation, said, processor.name, customerRef));
    return isOwn ? said : undefined;
  }

  #as<Answer>({ organizationId }: CustomerOwner, work: (operation: Operation) => Promise<Answer>): Promise<Answer> {
    return inTransaction(asNobody(this.orm, this.clock, organizationId, 'PAYMENT_METHOD_MIRROR'), work);
  }
}

/** Whether it is the customer of the account: there is one. */
async function keepCustomer(
  operation: Operation,
  { organizationId, accountId }: CustomerOwner,
  processor: string,
  ref: string,
): Promise<boolean> {
  const em = await operation.em();
  if (!(await em.findOne(Account, { organizationId, id: accountId }))) return false;
  const row = { organizationId, accountId, processor, ref, createdAt: operation.now };
  await em.upsert(ProcessorCustomer, row, {
    onConflictFields: ['organizationId', 'accountId', 'processor'],
    onConflictAction: 'ignore',
  });
  const kept = await em.findOneOrFail(ProcessorCustomer, { organizationId, accountId, processor }, { refresh: true });
  return kept.ref === ref;
}
