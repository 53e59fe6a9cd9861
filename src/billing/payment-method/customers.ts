/** Who an account is at the processor: found or made there once, and kept. */
import pRetry from 'p-retry';
import type { Operation } from '../../operation.js';
import { ProcessorError, type CollectingProcessor } from '../payment/processor.js';
import { ProcessorCustomer } from './payment-method.js';

/** Who opens a customer while somebody else does is told to come again. */
const AGAIN = { retries: 5, minTimeout: 50, maxTimeout: 1_000, randomize: true };

/** Commits: nothing is open while the processor is asked. Two at once end with one, since it makes one for an account. */
export async function openCustomer(
  operation: Operation,
  processor: CollectingProcessor,
  accountId: string,
): Promise<string> {
  const known = await customerOf(operation, processor.name, accountId);
  await operation.commit();
  return known?.ref ?? remakeCustomer(operation, processor, accountId);
}

/** The same, where the one that is kept is gone at the processor. */
export async function remakeCustomer(
  operation: Operation,
  processor: CollectingProcessor,
  accountId: string,
): Promise<string> {
  const { organizationId } = operation.principal;
  const ref = await pRetry(() => processor.openCustomer({ organizationId, accountId }), {
    ...AGAIN,
    shouldRetry: ({ error }) => error instanceof ProcessorError && error.reason === 'idempotency_key_in_use',
  });
  const em = await operation.em();
  const row = { organizationId, accountId, processor: processor.name, ref, createdAt: operation.now };
  await em.upsert(ProcessorCustomer, row, { onConflictMergeFields: ['ref'] });
  await operation.commit();
  return ref;
}

/** null where it was never kept a method for. */
export async function customerOf(
  operation: Operation,
  processor: string,
  accountId: string,
): Promise<ProcessorCustomer | null> {
  const em = await operation.em();
  return em.findOne(ProcessorCustomer, { organizationId: operation.principal.organizationId, accountId, processor });
}
