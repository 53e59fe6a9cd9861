/** Opens HTTP and WebSocket on one port: the same documents, limits and answers through both. */
import type { IncomingMessage } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { makeApollo } from './apollo.js';
import { Callers, type Contexts, type CountedContext, type CountedPrincipal } from './callers.js';
import { ClientAddresses } from './client-address.js';
import type { Config } from '../config.js';
import { countedPage, type Page } from './counted-page.js';
import { DocumentLimit } from './document-limit.js';
import { errorFormatter, errorReporter } from '../errors.js';
import { Executor } from './executor.js';
import { openHttp, type HttpDoor, type Route } from './http.js';
import { OperationLimits, type RootFields } from './operation-limit.js';
import type { Rates } from './rates.js';
import { SocketLimits } from './socket-limits.js';
import { openSocket } from './socket.js';
import { StartError } from '../start-error.js';

interface DoorsOptions<TPrincipal extends CountedPrincipal, TContext extends CountedContext<TPrincipal>> {
  readonly config: Config;
  readonly log: Logger;
  readonly schema: GraphQLSchema;
  readonly contexts: Contexts<TPrincipal, TContext>;
  readonly endContext: (context: TContext) => Promise<void> | undefined;
  readonly isReady: () => Promise<boolean>;
  readonly rates: Rates;
  /** After `/graphql` and `/health/...`. */
  readonly routes: readonly Route[];
  /** Further ones, which are counted by address. */
  readonly pages: readonly Page[];
}

export async function openDoors<TPrincipal extends CountedPrincipal, TContext extends CountedContext<TPrincipal>>(
  options: DoorsOptions<TPrincipal, TContext>,
): Promise<HttpDoor> {
  const { config, log, schema, contexts, endContext, isReady, rates, routes, pages } = options;
  const { areDocumentsLimited, showsSchema, origins, proxies } = config.limits;
  const formatError = errorFormatter(errorReporter(log), showsSchema);
  const addresses = new ClientAddresses(proxies);
  const onFault = (error: unknown) => log.error({ err: error }, 'a request failed');
  const documents = { size: new DocumentLimit(areDocumentsLimited), showsSchema };
  const operations = new OperationLimits(schema, areDocumentsLimited);
  const callers = new Callers(contexts, addresses, rates);
  const admit = (context: TContext, fields: RootFields) => rates.admit(callers.nameOf(context), fields);
  const admitUnknown = (request: IncomingMessage) => rates.admitUnknown(addresses.of(request));
  const executor = new Executor<TContext>({ schema, limits: operations, admit, endContext });
  const http = await openHttp<TContext>({
    apollo: makeApollo<TContext>({ executor, formatError, showsSchema, logger: apolloLog(log) }),
    executor,
    documents: documents.size,
    host: config.host,
    port: config.port,
    formatError,
    onFault,
    contextOf: (request: IncomingMessage) => callers.ofRequest(request),
    admitUnknown,
    isReady,
    limits: config.limits,
    addresses,
    origins,
    isHttps: config.publicUrl?.startsWith('https:') ?? false,
    routes: [...routes, ...pages.map((page) => countedPage(page, admitUnknown))],
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
    principalOf: (params, request) => callers.ofParams(params, request),
    refusedAmong: (principals) => contexts.refusedAmong(principals),
    contextOf: (principal, request) => callers.from(addresses.of(request), contexts.of(principal)),
    admit,
    admitUnknown,
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
