/** Calls of Stripe's SDK, and what their failures mean to whoever pays. Stripe's own messages may hold parts of a key: none is handed on. */
import Stripe from 'stripe';
import { ProcessorError, type ProcessorFault } from '../payment/processor.js';

const { errors } = Stripe;

/** Of what is not listed nobody knows whether it happened. */
const MEANINGS = [
  [errors.StripeIdempotencyError, 'KEY_TAKEN', 'idempotency_error'],
  [errors.StripeInvalidRequestError, 'REFUSED', 'invalid_request_error'],
  [errors.StripeCardError, 'DECLINED', 'card_error'],
  [errors.StripeAuthenticationError, 'UNAVAILABLE', 'authentication_error'],
  [errors.StripePermissionError, 'UNAVAILABLE', 'permission_error'],
  [errors.StripeRateLimitError, 'UNAVAILABLE', 'rate_limit'],
  [errors.StripeConnectionError, 'UNAVAILABLE', 'connection_error'],
] as const;

const SAID: Readonly<Record<ProcessorFault, string>> = {
  UNAVAILABLE: 'Stripe could not be asked',
  REFUSED: 'Stripe refused',
  DECLINED: 'The bank declined',
  KEY_TAKEN: 'Stripe was asked for something else under this key',
};

/** The most that Stripe lists at once. */
export const PAGE = { limit: 100 };

/** @throws ProcessorError */
export async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw processorErrorOf(error);
  }
}

/**
 * @returns undefined where Stripe has no such object.
 * @throws ProcessorError
 */
export async function askFor<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    const fault = processorErrorOf(error);
    if (fault.reason === 'resource_missing') return undefined;
    throw fault;
  }
}

/**
 * All pages, one after the other. The first is not asked for before somebody wants it.
 * @throws ProcessorError
 */
export async function* askAll<T, R>(list: () => AsyncIterable<T>, translate: (one: T) => R): AsyncGenerator<R> {
  for await (const one of pagesOf(list)) yield translate(one);
}

async function* pagesOf<T>(list: () => AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* list();
  } catch (error) {
    throw processorErrorOf(error);
  }
}

export function processorErrorOf(error: unknown): ProcessorError {
  if (error instanceof ProcessorError) return error;
  // The SDK throws others where an answer is none of Stripe's, such as a proxy's.
  if (!(error instanceof errors.StripeError)) return failure('UNAVAILABLE', 'unexpected_answer', []);
  const [, fault, kind] = MEANINGS.find(([type]) => error instanceof type) ?? [undefined, 'UNAVAILABLE', 'api_error'];
  const reason = [declineCodeOf(error), kind].find((word) => word !== undefined && isWord(word)) ?? 'api_error';
  const about = [
    ...(error.param !== undefined && isWord(error.param) ? [`parameter ${error.param}`] : []),
    ...(error.requestId !== undefined && isWord(error.requestId) ? [`request ${error.requestId}`] : []),
  ];
  return failure(reason === 'idempotency_key_in_use' ? 'UNAVAILABLE' : fault, reason, about);
}

/** Whether it is what was answered before under the same key. */
export function isReplay(headers: Readonly<Record<string, string>> | undefined): boolean {
  return headers?.['idempotent-replayed'] === 'true';
}

/** What the bank said, else what Stripe did. */
export function declineCodeOf(failure: { code?: string; decline_code?: string }): string | undefined {
  return failure.decline_code || failure.code || undefined;
}

/** Stripe's codes, parameters and ids are short words: nothing else of an answer reaches a message. */
function isWord(text: string): boolean {
  return /^[\w.[\]-]{1,100}$/.test(text);
}

function failure(fault: ProcessorFault, reason: string, about: readonly string[]): ProcessorError {
  return new ProcessorError(fault, reason, `${SAID[fault]} (${[reason, ...about].join(', ')}).`);
}
