import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { ruruHTML } from 'ruru/server';
import { getStaticFile } from 'ruru/static';
import { GRAPHQL_PATH, type Route } from './http.js';

const ASSET_PATH = '/explorer/';

const FIRST_QUERY = `# Press Ctrl-Enter to run. Subscriptions run here too, over WebSocket.
query Who {
  __typename
}
`;

/** How the explorer is served. */
export interface ExplorerOptions {
  /** The API key to put into the page as its default header, or undefined for none. See `mayShowKey`. */
  readonly explorerKey: (request: IncomingMessage) => string | undefined;
  /** The document that a first visit shows. */
  readonly firstQuery?: string;
}

/** What decides whether a page may carry an API key. */
export interface KeyCircumstances {
  /** Whether the database is the embedded one: a trial on somebody's own machine, not an installation. */
  readonly embedded: boolean;
  /** The peer's address as the socket knows it. */
  readonly remoteAddress: string | undefined;
  /** The Host header as sent. */
  readonly host: string | undefined;
}

/**
 * The key is shown only to the person who runs the server: embedded database, a loopback peer, and a Host header that
 * says so too. Without the last, a foreign web page whose name was rebound to 127.0.0.1 could read the key.
 */
export function mayShowKey({ embedded, remoteAddress, host }: KeyCircumstances): boolean {
  return embedded && isLoopback(remoteAddress ?? '') && LOCAL_HOST.test(host ?? '');
}

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address);
}

/** Serves the GraphQL explorer on `/`, all of it from our own origin. */
export function explorer(options: ExplorerOptions): Route {
  return async (request, response, path) => {
    if (path !== '/' && !path.startsWith(ASSET_PATH)) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    if (path === '/') {
      sendPage(response, options, wasForwarded(request) ? undefined : options.explorerKey(request));
      return true;
    }
    return sendAsset(request, response, path);
  };
}

/** A proxy on this machine makes every peer look local, so what it forwards never gets the key. */
function wasForwarded({ headers }: IncomingMessage): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'].some((name) => name in headers);
}

function sendPage(response: ServerResponse, { firstQuery }: ExplorerOptions, key: string | undefined): void {
  const nonce = randomBytes(16).toString('base64');
  const pageConfig = {
    defaultQuery: firstQuery ?? FIRST_QUERY,
    // The explorer sends its headers as the connectionParams of its WebSocket, too.
    ...(key === undefined ? {} : { defaultHeaders: JSON.stringify({ Authorization: `Bearer ${key}` }, null, 2) }),
  };
  const page = ruruHTML({
    staticPath: ASSET_PATH,
    endpoint: GRAPHQL_PATH,
    subscriptionEndpoint: GRAPHQL_PATH,
    htmlParts: {
      metaTags: (original) => `${original}<link rel="icon" href="data:," />`,
      titleTag: '<title>Tollgate explorer</title>',
      // Written here because the package escapes only lower-case tags.
      configScript: (_original, config) =>
        `<script>const RURU_CONFIG = ${scriptJson({ ...config, ...pageConfig })};</script>`,
    },
  });
  response.statusCode = 200;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('content-security-policy', policy(nonce));
  response.end(page.replaceAll('<script', `<script nonce="${nonce}"`));
}

/** The browser itself then refuses whatever would leave our origin. */
function policy(nonce?: string): string {
  return [
    `default-src 'self'`,
    nonce === undefined ? `script-src 'self'` : `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self' data:`,
    `worker-src 'self' blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

/** JSON that cannot end the script element it stands in, whatever the case of a tag inside it. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

async function sendAsset(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
  const file = await getStaticFile({
    staticPath: ASSET_PATH,
    urlPath: path,
    acceptEncoding: request.headers['accept-encoding'],
    // Source maps take 10 MB of memory and help nobody who uses the page.
    disallowDevAssets: true,
  });
  if (!file) return false;
  const { etag } = file.headers;
  response.setHeader('cache-control', 'no-cache');
  // Workers take theirs from their own file.
  response.setHeader('content-security-policy', policy());
  response.setHeader('vary', 'accept-encoding');
  if (etag !== undefined && request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end();
    return true;
  }
  response.writeHead(200, file.headers).end(file.content);
  return true;
}
