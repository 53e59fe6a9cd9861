/** What every answer says to a browser, unless a route says more exactly what its own page needs. */
import type { ServerResponse } from 'node:http';

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  // An answer is data: should a browser be brought to show it as a page, nothing of it may run or load.
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;

/** A year, as the lists of browsers ask for. */
const STRICT_TRANSPORT = 'max-age=31536000';

/** @param isHttps whether people reach the server by https, at a proxy that ends it */
export function setSecurityHeaders(response: ServerResponse, isHttps: boolean): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (isHttps) response.setHeader('strict-transport-security', STRICT_TRANSPORT);
}
