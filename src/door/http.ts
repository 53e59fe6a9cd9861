import type { BaseContext } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import cors from 'cors';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientAddresses } from './client-address.js';
import { limitConnections, type ConnectionLimits } from './connection-limit.js';
import { graphqlHandler, type GraphqlHandlerOptions } from './graphql-handler.js';
import { idOf, requestId, withRequestId } from '../request-id.js';
import { setSecurityHeaders } from './security-headers.js';
import { sendJson } from './send-json.js';

/** Where GraphQL is served, over HTTP and WebSocket alike. */
export const GRAPHQL_PATH = '/graphql';

/** How long clients may take, in ms. */
interface Patience {
  /** Until their headers are whole. */
  readonly headersMs: number;
  /** Until their request is. */
  readonly requestMs: number;
  /** Whoever reads or sends nothing for so long has left, or wants to be waited for. */
  readonly silenceMs: number;
  /** How often is looked. */
  readonly checkMs: number;
}

const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000, silenceMs: 120_000, checkMs: 2_000 };
// Longer than the 60 s that load balancers keep an idle connection, so that they close it and never hit a closed one.
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const DRAIN_MS = 10_000;
const PREFLIGHT_KEPT_S = 600;

/** Answers a request and says so, or leaves it alone and says false. */
export type Route = (request: IncomingMessage, response: ServerResponse, path: string) => boolean | Promise<boolean>;

/** How the HTTP server is opened. */
export interface HttpOptions<TContext extends BaseContext> extends GraphqlHandlerOptions<TContext> {
  /** The address to listen on, and the TCP port; 0 takes a free one. */
  readonly host: string;
  readonly port: number;
  /** Whether requests can be served now; asked by `/health/ready`. A rejection counts as no. */
  readonly isReady: () => boolean | Promise<boolean>;
  readonly limits: ConnectionLimits;
  readonly addresses: ClientAddresses;
  /** Whose pages may call `/graphql`, beside our own. */
  readonly origins: readonly string[];
  /** Whether people reach it by https. */
  readonly isHttps: boolean;
  readonly patience?: Partial<Patience>;
  /** Further routes, asked in order after `/graphql` and `/health/...`. */
  readonly routes?: readonly Route[];
}

/** A running HTTP server. */
export interface HttpDoor {
  readonly server: Server;
  /** Such as `http://127.0.0.1:4000`, without a slash at the end. */
  readonly url: string;
  /** Stops accepting, finishes what is in flight (10 s at most), then stops Apollo. */
  close(): Promise<void>;
}

/** Starts Apollo and listens. Rejects with Node's error (such as EADDRINUSE) when the port cannot be had. */
export async function openHttp<TContext extends BaseContext>(options: HttpOptions<TContext>): Promise<HttpDoor> {
  const { apollo, host, port, onFault } = options;
  let closing = false;
  const isReady = async (): Promise<boolean> => !closing && (await options.isReady());
  const answer = router(options, healthRoute(isReady));
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // It crossed with our closing of an idle connection: what cannot be answered must not take effect.
    if (!request.socket.writable) return;
    const id = idOf(request);
    response.setHeader('x-request-id', id);
    withRequestId(id, () => {
      answer(request, response).catch((error: unknown) => {
        onFault(error);
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, failure('INTERNAL', 'The server failed to answer.'));
      });
    });
  };
  const patience = { ...PATIENCE, ...options.patience };
  const server = createServer(
    {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: patience.checkMs,
    },
    onRequest,
  );
  server.setTimeout(patience.silenceMs);
  limitConnections(server, options.limits, options.addresses);
  // Without a listener Node asks for every announced body, also for one that is too large.
  server.on('checkContinue', onRequest);
  apollo.addPlugin(ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: DRAIN_MS }));
  await apollo.start();
  try {
    await listen(server, port, host);
  } catch (error) {
    await apollo.stop();
    throw error;
  }
  const close = async (): Promise<void> => {
    closing = true;
    await apollo.stop();
  };
  return { server, url: urlOf(server), close };
}

function router<TContext extends BaseContext>(
  options: HttpOptions<TContext>,
  health: Route,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { isHttps, origins, routes = [] } = options;
  const graphql = graphqlHandler(options);
  const shareWith = origins.length > 0 ? sharing(origins) : undefined;
  return async (request, response) => {
    setSecurityHeaders(response, isHttps);
    const path = pathOf(request.url ?? '');
    if (path === GRAPHQL_PATH) {
      // A preflight is answered by it.
      if (shareWith) await shareWith(request, response);
      if (!response.writableEnded) await graphql(request, response);
      return;
    }
    for (const route of [health, ...routes]) {
      if (await route(request, response, path)) return;
    }
    sendJson(response, 404, failure('NOT_FOUND', `There is nothing here; the API is at ${GRAPHQL_PATH}.`));
  };
}

/** Keys come in a header that a page has to set, never in what a browser sends by itself, such as cookies. */
function sharing(origins: readonly string[]): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const share = cors({
    origin: [...origins],
    credentials: false,
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type', 'apollo-require-preflight'],
    exposedHeaders: ['retry-after', 'x-request-id'],
    maxAge: PREFLIGHT_KEPT_S,
  });
  return async (request, response) => {
    await new Promise<void>((resolve) => {
      // It ends a preflight itself and does not go on.
      response.once('finish', resolve);
      share(request, response, () => resolve());
    });
  };
}

function healthRoute(isReady: () => Promise<boolean>): Route {
  return async (request, response, path) => {
    if (path !== '/health/live' && path !== '/health/ready') return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      sendJson(response, 405, failure('BAD_REQUEST', 'Health is asked with GET.'));
      return true;
    }
    const ready = path === '/health/live' || (await isReady().catch(() => false));
    sendJson(response, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable' });
    return true;
  };
}

function failure(code: string, message: string): object {
  return { errors: [{ message, extensions: { code, requestId: requestId() } }] };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
