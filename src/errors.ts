/** Every code that we answer with, and every SQLSTATE that we know, in one table each. */
import { randomInt, randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { inputErrorOf } from './input-error.js';
import { requestId } from './request-id.js';
import { scrub } from './scrub.js';

/** The stable values of `extensions.code`, and whether the same request may succeed when sent again unchanged. */
export const ERROR_CODES = {
  BAD_USER_INPUT: { retryable: false },
  UNAUTHENTICATED: { retryable: false },
  FORBIDDEN: { retryable: false },
  NOT_FOUND: { retryable: false },
  MODEL_NOT_PRICED: { retryable: false },
  IDEMPOTENCY_CONFLICT: { retryable: false },
  RESERVATION_NOT_HELD: { retryable: false },
  ALREADY_CORRECTED: { retryable: false },
  INVOICE_STATE: { retryable: false },
  PAYMENT_FAILED: { retryable: false },
  /** The document or its variables are larger than one request may be; ask for less, or in parts. */
  QUERY_TOO_COMPLEX: { retryable: false },
  RATE_LIMITED: { retryable: true },
  FEATURE_DISABLED: { retryable: false },
  /** A subscription was not read fast enough; subscribe again with the last cursor seen. */
  SLOW_CONSUMER: { retryable: true },
  SERVICE_UNAVAILABLE: { retryable: true },
  INTERNAL: { retryable: true },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

interface ApiErrorDetail {
  /** The input field that was wrong, from the argument's name on. */
  readonly path?: readonly (string | number)[];
  readonly [key: string]: unknown;
}

/** The only error that services raise on purpose. Its message is written for the caller. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly detail: ApiErrorDetail = {},
  ) {
    super(message);
  }
}

/** Bad input: `path` leads to the field, such as `['input', 'items', 3, 'quantity']`. */
export function badInput(path: readonly (string | number)[], message: string): ApiError {
  return new ApiError('BAD_USER_INPUT', message, { path });
}

export function unauthenticated(): ApiError {
  return new ApiError('UNAUTHENTICATED', 'Send a valid API key or token as "Authorization: Bearer <key or token>".');
}

export function forbidden(what: string): ApiError {
  return new ApiError('FORBIDDEN', `This API key or token may not ${what}.`);
}

/** Foreign and missing answer alike: the message never says which it was. */
export function notFound(what: string): ApiError {
  return new ApiError('NOT_FOUND', `${what} was not found.`);
}

export function modelNotPriced(model: string, reason: string, message: string): ApiError {
  return new ApiError('MODEL_NOT_PRICED', message, { model, reason });
}

export function idempotencyConflict(key: string): ApiError {
  return new ApiError(
    'IDEMPOTENCY_CONFLICT',
    'This idempotency key already took effect with other content. Nothing was changed; use a new key for new content.',
    { idempotencyKey: key },
  );
}

export function alreadyCorrected(): ApiError {
  return new ApiError('ALREADY_CORRECTED', 'This record was corrected before. Correct what replaced it.');
}

/** What the state of an invoice, or of what is to be invoiced, does not allow. */
export function invoiceState(message: string): ApiError {
  return new ApiError('INVOICE_STATE', message);
}

/** @param declineCode in the words of the processor, such as `insufficient_funds` */
export function paymentFailed(declineCode: string): ApiError {
  const message = `No money came in: ${declineCode}. The invoice is as it was; try another payment method.`;
  return new ApiError('PAYMENT_FAILED', message, { declineCode });
}

/**
 * @param limit the name of the limit, as the documentation lists it
 * @param found how much of it the request has, where that is known
 * @param what it counts
 */
export function queryTooComplex(limit: string, most: number, found?: number, what = `of ${limit}`): ApiError {
  const has = found === undefined ? 'has more' : `has ${found.toLocaleString('en-US', { useGrouping: false })}`;
  const message = `At most ${most} ${what} are allowed, and the request ${has}: ask for less, or in parts. The limit is "${limit}".`;
  return new ApiError('QUERY_TOO_COMPLEX', message, { limit, most, ...(found !== undefined && { found }) });
}

/** @param retryAfter in seconds */
export function rateLimited(message: string, retryAfter: number): ApiError {
  return new ApiError('RATE_LIMITED', message, { retryAfter });
}

/** @param flag the setting that would switch it on */
export function featureDisabled(flag: string): ApiError {
  return new ApiError('FEATURE_DISABLED', `This installation has it switched off: ${flag} is false.`, { flag });
}

/** @param setting that is not there */
export function notConfigured(setting: string): ApiError {
  return new ApiError('FEATURE_DISABLED', `This installation has it switched off: ${setting} is not set.`, { setting });
}

/** The bounds of `retryAfter`, in ms. */
const RETRY_AFTER_MS = { least: 200, most: 1_200 };

/** `retryAfter` is in seconds, and another for each caller, so that those who failed at once do not come back at once. */
export function serviceUnavailable(message: string): ApiError {
  const { least, most } = RETRY_AFTER_MS;
  const retryAfter = randomInt(least, most) / 1000;
  return new ApiError('SERVICE_UNAVAILABLE', `${message} Retrying with the same idempotency key is safe.`, {
    retryAfter,
  });
}

/** What a PostgreSQL error means to us, by its SQLSTATE. */
const SQLSTATE = {
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  readOnlyTransaction: '25006',
  uniqueViolation: '23505',
} as const;

/** Our own SQLSTATE: a HARD budget has no room. */
export const DENIED = 'TG001';

export type DatabaseFault = 'CONFLICT' | 'LOCKED' | 'CANCELED' | 'CONNECTION' | 'BAD_VALUE' | 'OTHER';

/** Node's own names for a broken or refused connection. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);

/**
 * Sorts a failure of the database by what the caller can do about it.
 * CONFLICT: run the transaction again. LOCKED: somebody holds the row. CONNECTION: the outcome is unknown, ask
 * again by key. CANCELED: it took too long and was undone. BAD_VALUE: one row of the statement is bad. OTHER: a defect of ours.
 */
export function databaseFault(error: unknown): DatabaseFault {
  const code = codeOf(error);
  if (code === SQLSTATE.serializationFailure || code === SQLSTATE.deadlockDetected) return 'CONFLICT';
  if (code === SQLSTATE.lockNotAvailable) return 'LOCKED';
  if (code === undefined) return isConnectionMessage(error) ? 'CONNECTION' : 'OTHER';
  if (code === SQLSTATE.queryCanceled) return 'CANCELED';
  // A server that became a standby keeps its connections and refuses writes: a new connection finds the primary.
  if (code === SQLSTATE.readOnlyTransaction) return 'CONNECTION';
  if (CONNECTION_CODES.has(code) || /^(08|57P|53300)/.test(code) || isFatal(error)) return 'CONNECTION';
  if (/^2[23]/.test(code)) return 'BAD_VALUE';
  return 'OTHER';
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What ends a connection or lets none begin, such as a changed password or a database that is closed for maintenance. */
function isFatal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'severity' in error && error.severity === 'FATAL';
}

/** node-postgres reports some broken connections with a message and no code. */
function isConnectionMessage(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Connection terminated|Client has encountered|Client was closed|timeout exceeded when|Query read timeout/.test(
      error.message,
    )
  );
}

/** An error as a caller may see it. */
export interface ReportedError {
  readonly message: string;
  readonly code: string;
  readonly retryable: boolean;
  /** The input field that was wrong. */
  readonly field?: readonly (string | number)[];
  readonly [key: string]: unknown;
}

export type ErrorReporter = (error: unknown) => ReportedError;

/**
 * Turns whatever a service threw into what a caller may see: our own codes pass, a lost database becomes
 * SERVICE_UNAVAILABLE, and everything else is INTERNAL with the request id under which the log has the cause. No stack,
 * SQL or path of a file leaves the process.
 */
export function errorReporter(log: Logger): ErrorReporter {
  return (error) => {
    if (error instanceof ApiError) return reported(error);
    const fault = databaseFault(error);
    if (fault === 'CONNECTION' || fault === 'LOCKED' || fault === 'CANCELED') {
      log.warn({ err: error }, 'database unavailable');
      return reported(serviceUnavailable('The database did not answer in time.'));
    }
    const id = requestId() ?? randomUUID();
    log.error({ err: error, requestId: id }, 'unexpected error');
    const message = `Something went wrong on our side. Quote the request id ${id}.`;
    return { message, code: 'INTERNAL', retryable: true };
  };
}

function reported(error: ApiError): ReportedError {
  const { path, ...detail } = error.detail;
  const { retryable } = ERROR_CODES[error.code];
  return { ...detail, message: error.message, code: error.code, retryable, ...(path !== undefined && { field: path }) };
}

type Format = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/** The same for GraphQL errors: its own mistakes become BAD_USER_INPUT. Each says which request it answers. */
export function errorFormatter(report: ErrorReporter, suggestsNames = true): Format {
  const told = codedFormat(report, suggestsNames);
  return (formatted, error) => {
    const { extensions, ...rest } = told(formatted, error);
    return { ...rest, extensions: { ...extensions, requestId: requestId() } };
  };
}

function codedFormat(report: ErrorReporter, suggestsNames: boolean): Format {
  return (formatted, error) => {
    const cause = error instanceof GraphQLError && error.originalError ? error.originalError : error;
    const at = {
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
    };
    const isOwn = error instanceof GraphQLError && !error.originalError;
    const code = isOwn && OF_INPUT.test(error.message) ? 'BAD_USER_INPUT' : formatted.extensions?.['code'];
    if (!(cause instanceof ApiError) && typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') {
      const told = withoutName(formatted.message);
      const said = suggestsNames ? told : withoutSuggestion(told);
      const { message, field } = inputErrorOf(said, error);
      return {
        message: scrub(message),
        ...at,
        extensions: { code: inputCode(code), retryable: false, ...(field && { field }) },
      };
    }
    const { message, ...extensions } = report(cause);
    return { message, ...at, extensions };
  };
}

/**
 * What graphql-js gives no code: it refuses a null for an argument with a default only while executing, and ends with a
 * word of its own where a request has more mistakes than are told of.
 */
const OF_INPUT = /^(Argument "|Too many errors processing variables)/;

/** The name of an operation is no part of the document: what was sent for one may be anything, and is not repeated. */
function withoutName(message: string): string {
  return message.startsWith('Unknown operation named') ? 'The document has no operation of that name.' : message;
}

/** Names that are nearly right lead whoever guesses through a schema that is not shown. */
function withoutSuggestion(message: string): string {
  return message.replace(/ Did you mean [^?]*\?/g, '');
}

/** Apollo's codes for a request that is wrong in itself all mean the same to a caller. */
function inputCode(code: string): string {
  return ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST', 'OPERATION_RESOLUTION_FAILURE'].includes(
    code,
  )
    ? 'BAD_USER_INPUT'
    : code;
}
