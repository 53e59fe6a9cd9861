import { handleProtocols, makeServer, type Context, type SubscribePayload } from 'graphql-ws';
import {
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
import type { FormatError } from './apollo.js';
import { documentReader, withCode } from './document.js';
import { GRAPHQL_PATH } from './http.js';

/** Bytes that one message from a client may have; larger mutations go over HTTP. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** Bytes that may wait for one client to read them. */
export const MAX_UNREAD_BYTES = 1024 * 1024;

/**
 * Close code for a client that does not read what it asked for, reason `slow consumer`. Nothing is lost: the client
 * connects again and resumes with its last cursor.
 */
export const SLOW_CONSUMER = 4420;

const GOING_AWAY = 1001;
// The two codes differ for clients: 1013 is tried again, 4500 is not.
const TRY_AGAIN_LATER = 1013;
const INTERNAL_ERROR = 4500;
const INIT_WAIT_MS = 3_000;
const KEEP_ALIVE_MS = 12_000;
const SLOW_CONSUMER_GRACE_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** How GraphQL over WebSocket (protocol graphql-transport-ws) is served. */
export interface SocketOptions<TPrincipal extends object, TContext extends object> {
  /** The HTTP server whose upgrades to `/graphql` are taken; all other upgrades are refused. */
  readonly server: Server;
  readonly schema: GraphQLSchema;
  /** Who connects; undefined closes with 4403. A rejection closes with 1013, which clients try again. */
  readonly principalOf: (
    connectionParams: Readonly<Record<string, unknown>>,
    request: IncomingMessage,
  ) => Promise<TPrincipal | undefined> | TPrincipal | undefined;
  /** Makes the context of one operation; an error thrown here is the operation's answer. */
  readonly contextOf: (principal: TPrincipal, request: IncomingMessage) => Promise<TContext> | TContext;
  readonly formatError: FormatError;
  /** Told of every failure that is ours and not the client's. */
  readonly onFault: (error: unknown) => void;
  /** Runs queries and mutations; default: graphql-js `execute`. */
  readonly execute?: (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;
  /** How often peers are pinged; who has not answered by the next ping is dropped. Default 12,000 ms. */
  readonly keepAliveMs?: number;
  /** How long a connection may stay without `connection_init` before it is closed with 4408. Default 3,000 ms. */
  readonly initWaitMs?: number;
  /** How long more than 1 MiB may stay unread before the socket is closed with 4420. Default 5,000 ms. */
  readonly slowConsumerGraceMs?: number;
}

/** A running WebSocket endpoint. */
export interface SocketDoor {
  /** Connections now open. */
  connectionCount(): number;
  /** Closes every connection with 1001 and ends its subscriptions; after 2 s what is left is cut. */
  close(): Promise<void>;
}

interface Extra<TPrincipal> extends Record<PropertyKey, unknown> {
  readonly request: IncomingMessage;
  principal?: TPrincipal;
}

/** Takes the server's upgrades to `/graphql`. */
export function openSocket<TPrincipal extends object, TContext extends object>(
  options: SocketOptions<TPrincipal, TContext>,
): SocketDoor {
  const { server, onFault } = options;
  const protocol = makeServer<Record<string, unknown>, Extra<TPrincipal>>(protocolOptions(options));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols,
  });
  const connections = new Map<WebSocket, Connection>();
  const endings = new Set<Promise<void>>();
  let closing = false;

  const connect = (socket: WebSocket, request: IncomingMessage): void => {
    const grace = options.slowConsumerGraceMs ?? SLOW_CONSUMER_GRACE_MS;
    const connection = new Connection(socket, grace, onFault);
    connections.set(socket, connection);
    socket.once('close', () => connections.delete(socket));
    connection.open((peer) => {
      const closed = protocol.opened(peer, { request });
      return (code, reason) => {
        const ending = closed(code, reason).catch(onFault);
        endings.add(ending);
        void ending.then(() => endings.delete(ending));
      };
    });
  };
  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (closing) refuseUpgrade(stream, 503);
    else if ((request.url ?? '').split('?')[0] !== GRAPHQL_PATH) refuseUpgrade(stream, 404);
    else sockets.handleUpgrade(request, stream, head, connect);
  };
  server.on('upgrade', upgrade);
  const pings = setInterval(() => {
    for (const connection of connections.values()) connection.ping();
  }, options.keepAliveMs ?? KEEP_ALIVE_MS);

  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    clearInterval(pings);
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
): Parameters<typeof makeServer<Record<string, unknown>, Extra<TPrincipal>>>[0] {
  const { schema, principalOf, contextOf } = options;
  const read = documentReader(schema);
  const format = (error: GraphQLError): GraphQLFormattedError => formatLikeHttp(error, options.formatError);
  return {
    connectionInitWaitTimeout: options.initWaitMs ?? INIT_WAIT_MS,
    execute: options.execute,
    onConnect: async ({ connectionParams, extra }) => {
      const principal = await principalOf(connectionParams ?? {}, extra.request);
      if (!principal) return false;
      extra.principal = principal;
      return true;
    },
    onSubscribe: async (
      { extra }: Context<Record<string, unknown>, Extra<TPrincipal>>,
      _id,
      payload: SubscribePayload,
    ) => {
      const { principal, request } = extra;
      // The protocol lets nobody subscribe before onConnect accepted; a closed socket is the safe answer to a breach.
      if (!principal) throw new Error('An operation arrived without a principal.');
      try {
        const document = read(payload.query);
        if (!('kind' in document)) return document;
        const contextValue = await contextOf(principal, request);
        const { operationName, variables } = payload;
        return { schema, document, operationName, variableValues: variables, contextValue };
      } catch (error) {
        return [asGraphqlError(error)];
      }
    },
    onError: (_ctx, _id, _payload, errors) => errors.map(format),
    onNext: (_ctx, _id, _payload, _args, { errors, ...result }) =>
      errors ? { ...result, errors: errors.map(format) } : undefined,
  };
}

/** One client's socket: what it sends, how much of it may wait, and that its operations end with it. */
class Connection {
  readonly #socket: WebSocket;
  readonly #graceMs: number;
  readonly #onFault: (error: unknown) => void;
  #waiting: (() => void)[] = [];
  #slow: NodeJS.Timeout | undefined;
  #answeredPing = true;
  #initialised = false;
  #finish: ((code: number, reason: string) => void) | undefined;

  constructor(socket: WebSocket, graceMs: number, onFault: (error: unknown) => void) {
    this.#socket = socket;
    this.#graceMs = graceMs;
    this.#onFault = onFault;
  }

  /** Hands the socket to the protocol, and takes what is to be called when the socket is gone. */
  open(start: (peer: Peer) => (code: number, reason: string) => void): void {
    const socket = this.#socket;
    // ws closes a connection that breaks its rules (1009 for a message too large) by itself; that is no fault of ours.
    socket.on('error', () => undefined);
    socket.on('pong', () => (this.#answeredPing = true));
    socket.once('close', (code, reason) => this.#ended(code, reason.toString()));
    this.#finish = start({
      protocol: socket.protocol,
      send: (data) => this.#send(data),
      close: (code = 1000, reason = '') => this.end(code, reason),
      onMessage: (handle) =>
        socket.on('message', (data, isBinary) => void this.#receive(handle, data.toString(), isBinary)),
    });
  }

  /** Closes with a code and ends the operations now, not when the client has read its backlog. */
  end(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.#ended(code, reason);
  }

  /** Cuts a peer that did not answer the ping before, and pings the others. */
  ping(): void {
    if (!this.#answeredPing) {
      this.#socket.terminate();
      return;
    }
    this.#answeredPing = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  async #receive(handle: (data: string) => Promise<void>, data: string, isBinary: boolean): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (isBinary) return this.end(4400, 'Invalid message received');
    const first = !this.#initialised;
    this.#initialised = true;
    try {
      await handle(data);
    } catch (error) {
      this.#onFault(error);
      if (first) this.end(TRY_AGAIN_LATER, 'Try again later');
      else this.end(INTERNAL_ERROR, 'Internal server error');
    }
  }

  /**
   * Resolves at once while the client keeps up, so that a subscription is read as fast as it yields. Above the limit
   * it waits for the client to read, and gives up on one that does not.
   */
  #send(data: string): Promise<void> | void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(data, () => this.#drained());
    if (socket.bufferedAmount <= MAX_UNREAD_BYTES) return;
    this.#slow ??= setTimeout(() => this.end(SLOW_CONSUMER, 'slow consumer'), this.#graceMs);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #drained(): void {
    if (this.#slow === undefined || this.#socket.bufferedAmount > MAX_UNREAD_BYTES) return;
    this.#release();
  }

  #release(): void {
    clearTimeout(this.#slow);
    this.#slow = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #ended(code: number, reason: string): void {
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.(code, reason);
    this.#release();
  }
}

type Peer = Parameters<ReturnType<typeof makeServer>['opened']>[0];

/** What HTTP does before it asks `formatError`: every error has a code, and HTTP's own extension is not shown. */
function formatLikeHttp(error: GraphQLError, formatError: FormatError): GraphQLFormattedError {
  const coded = withCode(error, isVariableMistake(error) ? 'BAD_USER_INPUT' : 'INTERNAL_SERVER_ERROR');
  const extensions = { ...coded.extensions };
  delete extensions['http'];
  return formatError({ ...coded.toJSON(), extensions }, error);
}

function isVariableMistake({ nodes, originalError }: GraphQLError): boolean {
  return !originalError && nodes?.length === 1 && nodes[0]?.kind === Kind.VARIABLE_DEFINITION;
}

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

function refuseUpgrade(stream: Duplex, status: number): void {
  stream.on('error', () => undefined);
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
