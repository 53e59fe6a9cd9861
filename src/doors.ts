/** Opens HTTP and WebSocket on one port: the same documents, limits and answers through both. */
import type { IncomingMessage } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { makeApollo } from './apollo.js';
import { ClientAddresses } from './client-address.js';
import type { Config } from './config.js';
import { DocumentLimit } from './document-limit.js';
import { errorFormatter, errorReporter } from './errors.js';
import { Executor } from './executor.js';
import { openHttp, type HttpDoor, type Route } from './http.js';
import { OperationLimits } from './operation-limit.js';
import { SocketLimits } from './socket-limits.js';
import { openSocket } from './socket.js';
import { StartError } from './start-error.js';

/** Who asks, and what an operation of theirs carries. */
export interface Contexts<TPrincipal extends object, TContext extends object> {
  fromAuthorization(header: string | undefined): TContext | Promise<TContext>;
  principalOf(header: unknown): TPrincipal | undefined | Promise<TPrincipal | undefined>;
  /** Those of them that are refused since. */
  refusedAmong(principals: readonly TPrincipal[]): Promise<ReadonlySet<TPrincipal>>;
  of(principal: TPrincipal): TContext;
  /** The key or token, as its sockets and requests are counted. */
  nameOf(this: void, principal: TPrincipal): string;
}

interface DoorsOptions<TPrincipal extends object, TContext extends object> {
  readonly config: Config;
  readonly log: Logger;
  readonly schema: GraphQLSchema;
  readonly contexts: Contexts<TPrincipal, TContext>;
  readonly endContext: (context: TContext) => Promise<void> | undefined;
  readonly isReady: () => Promise<boolean>;
  /** After `/graphql` and `/health/...`. */
  readonly routes: readonly Route[];
}

export async function openDoors<TPrincipal extends object, TContext extends object>(
  options: DoorsOptions<TPrincipal, TContext>,
): Promise<HttpDoor> {
  const { config, log, schema, contexts, endContext, isReady, routes } = options;
  const { areDocumentsLimited, showsSchema, origins, proxies } = config.limits;
  const formatError = errorFormatter(errorReporter(log), showsSchema);
  const addresses = new ClientAddresses(proxies);
  const onFault = (error: unknown) => log.error({ err: error }, 'a request failed');
  const documents = { size: new DocumentLimit(areDocumentsLimited), showsSchema };
  const operations = new OperationLimits(schema, areDocumentsLimited);
  const executor = new Executor<TContext>({ schema, limits: operations, endContext });
  const http = await openHttp<TContext>({
    apollo: makeApollo<TContext>({ executor, formatError, showsSchema, logger: apolloLog(log) }),
    executor,
    documents: documents.size,
    host: config.host,
    port: config.port,
    formatError,
    onFault,
    contextOf: (request: IncomingMessage) => contexts.fromAuthorization(request.headers.authorization),
    isReady,
    limits: config.limits,
    addresses,
    origins,
    isHttps: config.publicUrl?.startsWith('https:') ?? false,
    routes,
  }).catch((error: unknown) => {
    throw portProblem(config, error);
  });
  const socket = openSocket<TPrincipal, TContext>({
    server: http.server,
    schema,
    documents,
    operations,
    limits: new SocketLimits(config.limits),
    addressOf: (request) => addresses.of(request),
    nameOf: contexts.nameOf,
    formatError,
    onFault,
    principalOf: (params) => contexts.principalOf(params['Authorization'] ?? params['authorization']),
    refusedAmong: (principals) => contexts.refusedAmong(principals),
    contextOf: (principal) => contexts.of(principal),
    endContext,
  });
  return {
    ...http,
    close: async () => {
      await socket.close();
      await http.close();
    },
  };
}

function portProblem(config: Config, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new StartError(
      `Port ${config.port} on ${config.host} is in use; stop what uses it, or set PORT to another one.`,
    );
  }
  if (code === 'EACCES')
    return new StartError(`Port ${config.port} may not be used by this user; set PORT to one above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StartError(
      `HOST=${config.host} is no address of this machine; set HOST to 127.0.0.1, or to 0.0.0.0 for all.`,
    );
  }
  return error;
}

/** Apollo speaks of its own state at levels below warning; only its troubles are of interest. */
function apolloLog(log: Logger) {
  const nothing = () => undefined;
  return {
    debug: nothing,
    info: nothing,
    warn: (text: unknown) => log.warn(text),
    error: (text: unknown) => log.error(text),
  };
}
