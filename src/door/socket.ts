import { handleProtocols, makeServer } from 'graphql-ws';
import {
  getOperationAST,
  GraphQLError,
  Kind,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { once } from 'node:events';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { Admitted } from './admitted.js';
import type { FormatError } from './apollo.js';
import { rateLimited, unauthenticated } from '../errors.js';
import { Connection, TRY_AGAIN_LATER } from './connection.js';
import { EXECUTION } from './executor.js';
import { documentReader, withCode, type DocumentRules } from './document.js';
import { GRAPHQL_PATH } from './http.js';
import type { OperationLimits, RootFields } from './operation-limit.js';
import { refused } from './refused.js';
import { TOO_MANY_CONNECTIONS, type Place, type SocketLimits } from './socket-limits.js';

/** Bytes that one message from a client may have; larger mutations go over HTTP. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

const GOING_AWAY = 1001;
const INIT_WAIT_MS = 3_000;
const KEEP_ALIVE_MS = 12_000;
const SLOW_CONSUMER_GRACE_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** How GraphQL over WebSocket (protocol graphql-transport-ws) is served. */
export interface SocketOptions<TPrincipal extends object, TContext extends object> {
  /** The HTTP server whose upgrades to `/graphql` are taken; all other upgrades are refused. */
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly documents: DocumentRules;
  readonly operations: OperationLimits;
  readonly limits: SocketLimits;
  readonly addressOf: (request: IncomingMessage) => string;
  /** By what the sockets of one are counted. */
  readonly nameOf: (principal: TPrincipal) => string;
  /** Asked before an operation runs; an error of it is the answer. */
  readonly admit?: (context: TContext, fields: RootFields) => Promise<void> | undefined;
  /** Asked before a socket is opened; an error of it refuses the upgrade with 429. */
  readonly admitUnknown?: (request: IncomingMessage) => Promise<void> | undefined;
  /** Who connects; undefined closes with 4403. A rejection closes with 1013, which clients try again. */
  readonly principalOf: (
    connectionParams: Readonly<Record<string, unknown>>,
    request: IncomingMessage,
  ) => Promise<TPrincipal | undefined> | TPrincipal | undefined;
  /** Those who would be refused by now; asked again and again for all who are connected. They are closed with 4403. */
  readonly refusedAmong: (principals: readonly TPrincipal[]) => Promise<ReadonlySet<TPrincipal>>;
  /** Makes the context of one operation; an error thrown here is the operation's answer. */
  readonly contextOf: (principal: TPrincipal, request: IncomingMessage) => Promise<TContext> | TContext;
  readonly formatError: FormatError;
  /** Told of every failure that is ours and not the client's. */
  readonly onFault: (error: unknown) => void;
  /**
   * Ends what an operation's context holds open, such as a transaction: after a query, a mutation and the start of a
   * subscription, and after each of its events, always before the answer leaves. An error thrown here is the answer.
   */
  readonly endContext?: (context: TContext) => Promise<void> | void;
  /** How often peers are pinged; who has not answered by the next ping is dropped. Default 12,000 ms. */
  readonly keepAliveMs?: number;
  /** How long a connection may stay without `connection_init` before it is closed with 4408. Default 3,000 ms. */
  readonly initWaitMs?: number;
  /** How long more than 512 KiB may stay unread before the socket is closed with 4420. Default 5,000 ms. */
  readonly slowConsumerGraceMs?: number;
}

/** A running WebSocket endpoint. */
export interface SocketDoor {
  /** Connections now open. */
  connectionCount(): number;
  /** Closes every connection with 1001 and ends its subscriptions; after 2 s what is left is cut. */
  close(): Promise<void>;
}

interface Extra extends Record<PropertyKey, unknown> {
  readonly request: IncomingMessage;
  readonly place: Place;
  readonly connection: Connection;
}

const SOCKETS = { noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false, handleProtocols };

/** Takes the server's upgrades to `/graphql`. */
export function openSocket<TPrincipal extends object, TContext extends object>(
  options: SocketOptions<TPrincipal, TContext>,
): SocketDoor {
  const { server, limits, onFault } = options;
  const admitted = new Admitted(options);
  const protocol = makeServer<Record<string, unknown>, Extra>(protocolOptions(options, admitted));
  const sockets = new WebSocketServer(SOCKETS);
  const connections = new Map<WebSocket, Connection>();
  const endings = new Set<Promise<void>>();
  let closing = false;

  const connect = (socket: WebSocket, request: IncomingMessage): void => {
    const place = limits.enter(options.addressOf(request));
    if (!place) return sendAway(socket);
    const grace = options.slowConsumerGraceMs ?? SLOW_CONSUMER_GRACE_MS;
    const connection = new Connection(socket, grace, onFault);
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      admitted.delete(connection);
      place.leave();
    });
    connection.open((peer) => {
      const closed = protocol.opened(peer, { request, place, connection });
      return (code, reason) => {
        const ending = closed(code, reason).catch(onFault);
        endings.add(ending);
        void ending.then(() => endings.delete(ending));
      };
    });
  };
  server.on('upgrade', (request, stream, head) => {
    upgrade(options, request, stream, () => sockets.handleUpgrade(request, stream, head, connect));
  });
  const pings = setInterval(() => {
    for (const connection of connections.values()) connection.ping();
  }, options.keepAliveMs ?? KEEP_ALIVE_MS);

  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    clearInterval(pings);
    admitted.close();
    const gone = once(sockets, 'close');
    sockets.close();
    for (const connection of connections.values()) connection.end(GOING_AWAY, 'going away');
    const cut = setTimeout(() => {
      for (const socket of connections.keys()) socket.terminate();
    }, CLOSE_TIMEOUT_MS);
    await gone;
    clearTimeout(cut);
    // A generator that never returns must not hold up the shutdown.
    await Promise.race([Promise.all(endings), elapsed(CLOSE_TIMEOUT_MS)]);
  };
  return { connectionCount: () => connections.size, close };
}

function protocolOptions<TPrincipal extends object, TContext extends object>(
  options: SocketOptions<TPrincipal, TContext>,
  admitted: Admitted<TPrincipal>,
): Parameters<typeof makeServer<Record<string, unknown>, Extra>>[0] {
  const { schema, operations, limits, principalOf, contextOf } = options;
  const read = documentReader(schema, options.documents);
  const endContext = async ({ contextValue }: ExecutionArgs): Promise<ExecutionResult | undefined> => {
    try {
      await options.endContext?.(contextValue as TContext);
      return undefined;
    } catch (error) {
      return { errors: [asGraphqlError(error)] };
    }
  };
  const format = (error: GraphQLError): GraphQLFormattedError => formatLikeHttp(error, options.formatError);
  return {
    connectionInitWaitTimeout: options.initWaitMs ?? INIT_WAIT_MS,
    onConnect: ({ connectionParams, extra }) => introduce(options, connectionParams ?? {}, extra, admitted),
    onSubscribe: async ({ connectionParams, extra: { request }, subscriptions }, _id, payload) => {
      try {
        if (limits.isTooMany(Object.keys(subscriptions).length)) throw tooManyOperations();
        const document = read(payload.query);
        if (!('kind' in document)) return document;
        // Asked for each operation, since a key may have been revoked while the socket was open.
        const principal = await principalOf(connectionParams ?? {}, request);
        if (!principal) throw unauthenticated();
        const contextValue = await contextOf(principal, request);
        const { operationName, variables } = payload;
        const operation = getOperationAST(document, operationName);
        if (operation) {
          const limit = operations.of(document, operation);
          const refusal = limit.refuse(variables ?? {});
          if (refusal) return [refusal];
          await options.admit?.(contextValue, limit.rootFields);
        }
        return { schema, document, operationName, variableValues: variables, contextValue, options: EXECUTION };
      } catch (error) {
        return [asGraphqlError(error)];
      }
    },
    onError: (_ctx, _id, _payload, errors) => errors.map(format),
    onOperation: async (_ctx, _id, _payload, args, result) => {
      const failure = await endContext(args);
      if (failure && isGenerator(result)) await result.return(undefined);
      return failure;
    },
    onNext: async (_ctx, _id, _payload, args, result) => {
      const { errors, ...rest } = (await endContext(args)) ?? result;
      return errors ? { ...rest, errors: errors.map(format) } : undefined;
    },
  };
}

/** Whether who connects may stay. */
async function introduce<TPrincipal extends object, TContext extends object>(
  { principalOf, nameOf }: SocketOptions<TPrincipal, TContext>,
  params: Readonly<Record<string, unknown>>,
  { request, place, connection }: Extra,
  admitted: Admitted<TPrincipal>,
): Promise<boolean> {
  try {
    const principal = await principalOf(params, request);
    if (!principal) return false;
    if (place.take(nameOf(principal))) {
      admitted.add(connection, principal);
      return true;
    }
    connection.end(TOO_MANY_CONNECTIONS, 'too many connections');
  } catch (error) {
    // Too many wrong keys: that is no fault of ours.
    if (!(error instanceof GraphQLError)) throw error;
    connection.end(TRY_AGAIN_LATER, 'Try again later');
  }
  return false;
}

/** What HTTP does before it asks `formatError`: every error has a code, and HTTP's own extension is not shown. */
function formatLikeHttp(error: GraphQLError, formatError: FormatError): GraphQLFormattedError {
  const coded = withCode(error, isVariableMistake(error) ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR');
  const extensions = { ...coded.extensions };
  delete extensions['http'];
  return formatError({ ...coded.toJSON(), extensions }, error);
}

function isVariableMistake({ nodes, originalError }: GraphQLError): boolean {
  // What is wrong deep in a variable is GraphQL's own error inside of another.
  const isOwn = !originalError || originalError instanceof GraphQLError;
  return isOwn && nodes?.length === 1 && nodes[0]?.kind === Kind.VARIABLE_DEFINITION;
}

function isGenerator(result: unknown): result is AsyncGenerator<unknown, unknown, undefined> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result && 'return' in result;
}

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

function sendAway(socket: WebSocket): void {
  socket.on('error', () => undefined);
  socket.close(TOO_MANY_CONNECTIONS, 'too many connections');
  const cut = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
  socket.once('close', () => clearTimeout(cut));
}

function tooManyOperations(): GraphQLError {
  return refused(rateLimited('This socket has as many operations as it may have at a time; end one first.', 1));
}

/** Looks at who wants a socket before one is opened. */
function upgrade<TPrincipal extends object, TContext extends object>(
  { limits, onFault, admitUnknown }: SocketOptions<TPrincipal, TContext>,
  request: IncomingMessage,
  stream: Duplex,
  open: () => void,
): void {
  if ((request.url ?? '').split('?')[0] !== GRAPHQL_PATH) return refuseUpgrade(stream, 404);
  if (!limits.isWelcome(request)) return refuseUpgrade(stream, 403);
  // Whoever leaves while it waits is heard by nobody else yet.
  stream.on('error', () => undefined);
  (async () => admitUnknown?.(request))().then(open, (error: unknown) => {
    const isTooMany = error instanceof GraphQLError;
    if (!isTooMany) onFault(error);
    refuseUpgrade(stream, isTooMany ? 429 : 503);
  });
}

function refuseUpgrade(stream: Duplex, status: number): void {
  stream.on('error', () => undefined);
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
