/** The row of a payment method becomes what the processor says of it. */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '../../node-id.js';
import { sealerOf } from '../../encryption/sealer.js';
import type { Operation } from '../../operation.js';
import { collectNow } from '../collecting/collect-now.js';
import type { ProcessorMethod } from '../payment/processor.js';
import { PaymentMethod, ProcessorCustomer } from './payment-method.js';
import { sharerOf } from './method-sharing.js';

export interface Keeping {
  readonly processor: string;
  readonly accountId: string;
  /** As the processor had it when it was asked. */
  readonly seen: ProcessorMethod;
  /** Somebody said that the account pays by it. */
  readonly isChosen: boolean;
  /** Whether the processor was asked since it was known here that the method was removed. */
  readonly mayReturn: boolean;
}

/** SAME: nothing was to be changed. STALE: what was seen may be from before the method was removed: ask again. */
type Outcome = 'CHANGED' | 'SAME' | 'STALE';

export interface Kept {
  readonly outcome: Outcome;
  /** null where it is not kept. */
  readonly row: PaymentMethod | null;
  /** Whether it was seen now that another account had the same card or bank account before. */
  readonly isFoundShared?: boolean;
}

export async function keepMethod(operation: Operation, keeping: Keeping): Promise<Kept> {
  const em = await operation.em();
  const customer = await lockedCustomer(operation, keeping);
  const { organizationId } = operation.principal;
  const { processor, seen } = keeping;
  const row = await em.findOne(PaymentMethod, { organizationId, processor, refIndex: seen.ref }, { refresh: true });
  if (row && row.accountId !== keeping.accountId) throw new Error('A payment method is of another account already.');
  const isAttached = customer !== null && seen.customerRef === customer.ref;
  if (!isAttached) return { row, outcome: row ? await remove(operation, row) : 'SAME' };
  if (!row) return add(operation, keeping);
  if (row.removedAt !== null && !keeping.mayReturn) return { row, outcome: 'STALE' };
  return change(operation, row, keeping);
}

/** One at a time changes the methods of an account. Its own row is locked by whoever books its invoices. */
async function lockedCustomer(
  operation: Operation,
  { processor, accountId }: Pick<Keeping, 'processor' | 'accountId'>,
): Promise<ProcessorCustomer | null> {
  const em = await operation.em();
  const where = { organizationId: operation.principal.organizationId, accountId, processor };
  return em.findOne(ProcessorCustomer, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
}

async function remove(operation: Operation, row: PaymentMethod): Promise<Outcome> {
  if (row.removedAt !== null) return 'SAME';
  row.removedAt = operation.now;
  row.isDefault = false;
  await (await operation.em()).flush();
  return 'CHANGED';
}

async function add(operation: Operation, { processor, accountId, seen, isChosen }: Keeping): Promise<Kept> {
  const em = await operation.em();
  const { organizationId } = operation.principal;
  const shown = shownOf(em, seen);
  const sharedWith = await sharerOf(operation, { accountId, processor, fingerprint: shown.fingerprint });
  const row = em.create(PaymentMethod, {
    ...{ organizationId, id: newId(), accountId, processor, ref: seen.ref, ...shown, sharedWith },
    ...{ isDefault: false, createdAt: operation.now, removedAt: null },
  });
  await em.persist(row).flush();
  await makeDefault(operation, row, isChosen);
  return { row, outcome: 'CHANGED', isFoundShared: sharedWith !== null };
}

async function change(operation: Operation, row: PaymentMethod, { seen, isChosen }: Keeping): Promise<Kept> {
  const shown = shownOf(await operation.em(), seen);
  const isNew = row.removedAt !== null;
  const isOther = fieldsOf(shown).some((field) => row[field] !== shown[field]);
  let isFoundShared = false;
  if (row.fingerprint !== shown.fingerprint) {
    const sharedWith = await sharerOf(operation, {
      ...{ accountId: row.accountId, processor: row.processor, fingerprint: shown.fingerprint },
    });
    isFoundShared = sharedWith !== null;
    row.sharedWith ??= sharedWith;
  }
  if (isNew || isOther) {
    Object.assign(row, shown);
    row.removedAt = null;
    await (await operation.em()).flush();
  }
  const isMade = (isNew || isChosen) && (await makeDefault(operation, row, isChosen));
  return { row, outcome: isNew || isOther || isMade ? 'CHANGED' : 'SAME', isFoundShared };
}

/** Who keeps a method where there is no default wants to pay by it. What is open is collected by the new default at once. */
async function makeDefault(operation: Operation, row: PaymentMethod, isChosen: boolean): Promise<boolean> {
  const em = await operation.em();
  const before = await defaultOf(em, row);
  if (before && (before.id === row.id || !isChosen)) return false;
  // An index lets an account have one, so the other goes first.
  if (before) before.isDefault = false;
  await em.flush();
  row.isDefault = true;
  await em.flush();
  await collectNow(operation, row.accountId);
  return true;
}

function defaultOf(em: EntityManager, { organizationId, accountId }: PaymentMethod): Promise<PaymentMethod | null> {
  return em.findOne(PaymentMethod, { organizationId, accountId, isDefault: true }, { refresh: true });
}

type Shown = Pick<PaymentMethod, 'kind' | 'brand' | 'last4' | 'expMonth' | 'expYear' | 'fingerprint'>;

function shownOf(em: EntityManager, { kind, brand, last4, expMonth, expYear, fingerprint }: ProcessorMethod): Shown {
  return {
    kind,
    brand: brand ?? null,
    last4: last4 ?? null,
    expMonth: expMonth ?? null,
    expYear: expYear ?? null,
    fingerprint: fingerprint === undefined ? null : sealerOf(em.getPlatform()).blind('fingerprint', fingerprint),
  };
}

const fieldsOf = (shown: Shown) => Object.keys(shown) as (keyof Shown)[];
