/** What Stripe answers when it refuses. */
import type { PaymentError, PaymentIntent, SetupIntent } from './objects.js';

interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  code?: string;
  message: string;
  param?: string;
  doc_url?: string;
  payment_intent?: PaymentIntent;
  setup_intent?: SetupIntent;
}

export class StripeFailure extends Error {
  /**
   * @param began whether Stripe had begun the work: then the answer is kept under the idempotency key, and comes again.
   */
  constructor(
    readonly status: number,
    readonly error: ErrorBody | (PaymentError & { payment_intent?: PaymentIntent; setup_intent?: SetupIntent }),
    readonly began: boolean,
  ) {
    super(error.message);
  }
}

export const docUrl = (code: string): string => `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;

/** A parameter is wrong: found before any work, so the same key may be used again. */
export function invalidParameter(message: string, param?: string, code?: string): StripeFailure {
  return new StripeFailure(
    400,
    { type: 'invalid_request_error', message, ...about(code), ...(param && { param }) },
    false,
  );
}

/** The object of the path is not there (404), or one that a parameter names (400). */
export function noSuch(kind: string, id: string, param: string, status: 400 | 404): StripeFailure {
  const message = `No such ${kind}: '${id}'`;
  return new StripeFailure(
    status,
    { type: 'invalid_request_error', message, param, ...about('resource_missing') },
    false,
  );
}

/** The object is not in a state in which this can be done. */
export function unexpectedState(
  message: string,
  code: string,
  found: { payment_intent?: PaymentIntent; setup_intent?: SetupIntent; param?: string } = {},
): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, ...about(code), ...found }, true);
}

/** The bank said no. What it said is kept under the key. */
export function paymentFailure(
  error: PaymentError,
  found: { payment_intent?: PaymentIntent; setup_intent?: SetupIntent } = {},
): StripeFailure {
  return new StripeFailure(402, { ...error, ...found }, true);
}

export function unknownKey(key: string): StripeFailure {
  const message = key
    ? `Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`
    : 'You did not provide an API key. You need to provide your API key in the Authorization header.';
  return new StripeFailure(401, { type: 'invalid_request_error', message }, false);
}

export function unknownPath(method: string, path: string): StripeFailure {
  const message = `Unrecognized request URL (${method}: ${path}).`;
  return new StripeFailure(404, { type: 'invalid_request_error', message }, false);
}

export function otherParameters(key: string): StripeFailure {
  const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new StripeFailure(400, { type: 'idempotency_error', message }, false);
}

export function keyInUse(key: string): StripeFailure {
  const message = `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`;
  return new StripeFailure(409, { type: 'invalid_request_error', message, ...about('idempotency_key_in_use') }, false);
}

/** A fault that a test asked for. Only a 500 comes from a server that had begun. */
export function injectedFailure(status: number, code?: string): StripeFailure {
  if (status === 429)
    return new StripeFailure(
      429,
      { type: 'invalid_request_error', message: 'Request rate limit exceeded.', ...about(code ?? 'rate_limit') },
      false,
    );
  const type = status >= 500 ? 'api_error' : 'invalid_request_error';
  return new StripeFailure(status, { type, message: 'An unknown error occurred', ...about(code) }, status === 500);
}

/** The fake itself is wrong, which the test that found it must see. */
export function ownMistake(error: unknown): StripeFailure {
  const message = `The Stripe of the tests broke: ${error instanceof Error ? error.stack : String(error)}`;
  return new StripeFailure(500, { type: 'api_error', message }, false);
}

function about(code: string | undefined): { code?: string; doc_url?: string } {
  return code === undefined ? {} : { code, doc_url: docUrl(code) };
}
