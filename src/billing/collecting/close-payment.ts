import type { Logger } from 'pino';
import type { CollectingProcessor, ProcessorPayment } from '../payment/processor.js';

/**
 * What failed could still be paid by whoever has it open in a browser, beside the attempt that takes its place: it is closed
 * at the processor.
 * @returns the payment as it is afterwards; why it failed stays said
 */
export async function closeFailed(
  processor: CollectingProcessor,
  found: ProcessorPayment,
  log: Logger,
): Promise<ProcessorPayment> {
  if (found.status !== 'FAILED' || found.isClosed) return found;
  try {
    const after = await processor.cancelPayment(found.ref);
    return after.isClosed ? { ...found, isClosed: true } : after;
  } catch (error) {
    log.warn({ err: error, payment: found.ref }, 'a declined payment could not be closed');
    return found;
  }
}
