/** An answer that is given instead of running an operation, over HTTP with a status of its own. */
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { ApiError, ErrorCode } from '../errors.js';

const STATUS: Partial<Record<ErrorCode, number>> = {
  QUERY_TOO_COMPLEX: 400,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
};

interface Http {
  readonly status: number;
  readonly headers: HeaderMap;
}

/** What such an answer has over HTTP. */
export function httpOf({ extensions }: GraphQLError): Http {
  return (extensions['http'] as Http | undefined) ?? { status: 400, headers: new HeaderMap() };
}

/** Apollo takes status and headers from the error; they are shown to no client. */
export function refused(error: ApiError): GraphQLError {
  const { code, detail } = error;
  const headers = new HeaderMap();
  const { retryAfter } = detail;
  if (typeof retryAfter === 'number') headers.set('retry-after', String(Math.ceil(retryAfter)));
  const http: Http = { status: STATUS[code] ?? 400, headers };
  return new GraphQLError(error.message, { originalError: error, extensions: { code, http } });
}
