import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '../../operation.js';
import type { CollectingProcessor, ProcessorMethod } from '../payment/processor.js';
import type { SubscriptionService } from '../subscription/subscription.service.js';
import { keepMethod } from './keep-method.js';
import { tellOfSharing } from './method-sharing.js';

/**
 * Makes rows of payment methods say what the processor says of them, whoever else does the same at that time. What was seen
 * at the processor may be old by the time it is written: whoever changed a row asks again, until both say the same.
 */
export class MethodKeeping {
  constructor(
    readonly processor: CollectingProcessor,
    private readonly subscriptions: SubscriptionService,
    /** Tells who waits for alerts of an organization. */
    private readonly wake: (organizationId: string) => void,
  ) {}

  /** Commits. */
  async keep(operation: Operation, accountId: string, method: ProcessorMethod, isChosen: boolean): Promise<void> {
    const { name: processor } = this.processor;
    let seen = method;
    let mayReturn = false;
    for (;;) {
      const kept = await keepMethod(operation, { processor, accountId, seen, isChosen, mayReturn });
      const { row, outcome } = kept;
      if (row && kept.isFoundShared) await tellOfSharing(operation, row, this.wake);
      await operation.commit();
      // Whoever subscribes holds the gate first, so this is a transaction of its own. Each call makes up for one that was
      // cut short here.
      if (row && row.sharedWith !== null) await this.subscriptions.dropAllowances(operation, accountId);
      await operation.commit();
      if (outcome === 'SAME') return;
      const now = (await this.processor.readMethod(seen.ref)) ?? goneMethod(seen.ref, seen.kind);
      if (outcome === 'CHANGED' && isDeepStrictEqual(now, seen)) return;
      seen = now;
      mayReturn = true;
    }
  }
}

/** One that the processor does not have any more. */
export function goneMethod(ref: string, kind: string): ProcessorMethod {
  return {
    ...{ ref, kind, customerRef: undefined, brand: undefined, last4: undefined },
    ...{ expMonth: undefined, expYear: undefined, fingerprint: undefined },
  };
}
