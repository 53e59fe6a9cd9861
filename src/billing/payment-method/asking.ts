import { invoiceState, serviceUnavailable } from '../../errors.js';
import { ProcessorError } from '../payment/processor.js';

/** What a processor answers to a person's call. @throws ApiError SERVICE_UNAVAILABLE where it gives no answer, INVOICE_STATE where it refuses */
export async function answerOf<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ProcessorError)) throw error;
    if (error.fault === 'UNAVAILABLE') throw serviceUnavailable('The payment processor gives no answer.');
    throw invoiceState(`The payment processor refuses it: ${error.reason}.`);
  }
}
