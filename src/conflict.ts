/** Transactions that were undone because others were in the way are run again, here and nowhere else but in the lanes. */
import pRetry from 'p-retry';
import { databaseFault, serviceUnavailable } from './errors.js';

const RETRIES = 5;
const WAIT_MS = { least: 10, most: 200 };

/**
 * Runs one call that is a transaction of its own, up to 5 times more with jitter where the database undid it.
 * @throws ApiError SERVICE_UNAVAILABLE where others were in the way each time.
 */
export async function retryOnConflict<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await pRetry(call, {
      retries: RETRIES,
      minTimeout: WAIT_MS.least,
      maxTimeout: WAIT_MS.most,
      randomize: true,
      shouldRetry: ({ error }) => databaseFault(error) === 'CONFLICT',
    });
  } catch (error) {
    if (databaseFault(error) === 'CONFLICT') throw serviceUnavailable('Other transactions were in the way.');
    throw error;
  }
}
