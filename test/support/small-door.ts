/** A door in front of a small schema, so that its tests need no database. */
import type { BaseContext } from '@apollo/server';
import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import type { IncomingMessage } from 'node:http';
import { makeApollo, type FormatError } from '../../src/door/apollo.js';
import { ClientAddresses } from '../../src/door/client-address.js';
import { DocumentLimit } from '../../src/door/document-limit.js';
import { Executor } from '../../src/door/executor.js';
import { openHttp, type HttpDoor, type HttpOptions } from '../../src/door/http.js';
import { OperationLimits } from '../../src/door/operation-limit.js';
import { SocketLimits } from '../../src/door/socket-limits.js';
import { openSocket, type SocketDoor, type SocketOptions } from '../../src/door/socket.js';

export interface SmallContext extends BaseContext {
  readonly who: string;
  /** One for all copies of the context. */
  readonly state: { failsAtEnd: boolean };
}

/** What the tests steer and watch: gates that a resolver waits for, and generators that are open. */
export class Stage {
  readonly faults: unknown[] = [];
  /** Names that are let in no more. */
  readonly refused = new Set<string>();
  openTicks = 0;
  /** Requests that went through Apollo's pipeline. */
  apolloRequests = 0;
  /** Calls of the mutation `touch`. */
  touches = 0;
  /** Contexts that were ended. */
  ends = 0;
  #release: () => void = () => undefined;
  readonly released = new Promise<void>((resolve) => (this.#release = resolve));
  #arrive: () => void = () => undefined;
  readonly arrived = new Promise<void>((resolve) => (this.#arrive = resolve));
  #tickEnded: () => void = () => undefined;
  readonly tickEnded = new Promise<void>((resolve) => (this.#tickEnded = resolve));
  release(): void {
    this.#release();
  }
  async pass(): Promise<string> {
    this.#arrive();
    await this.released;
    return 'passed';
  }
  /** Counts as open from the call on, like a feed that is joined first and read later. */
  ticks(count: number, bytes: number): AsyncGenerator<{ tick: string }> {
    this.openTicks += 1;
    let open = true;
    const leave = (): void => {
      if (open) this.openTicks -= 1;
      open = false;
      this.#tickEnded();
    };
    const source = produceTicks(count, bytes, leave);
    const end = source.return.bind(source);
    source.return = (value) => {
      leave();
      return end(value);
    };
    return source;
  }
  async *breaking(): AsyncGenerator<{ broken: string }> {
    yield { broken: 'once' };
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('secret detail of a table');
  }
}

async function* produceTicks(count: number, bytes: number, leave: () => void): AsyncGenerator<{ tick: string }> {
  try {
    for (let n = 0; count < 0 || n < count; n += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      yield { tick: `${n}${'x'.repeat(bytes)}` };
    }
  } finally {
    leave();
  }
}

function smallSchema(stage: Stage): GraphQLSchema {
  const text = new GraphQLNonNull(GraphQLString);
  const query = new GraphQLObjectType<unknown, SmallContext>({
    name: 'Query',
    fields: {
      hello: { type: text, args: { name: { type: GraphQLString } }, resolve: (_, { name }) => `hello ${String(name)}` },
      length: { type: text, args: { of: { type: text } }, resolve: (_, { of }) => String(String(of).length) },
      who: { type: text, resolve: (_, __, { who }) => who },
      maybe: {
        type: GraphQLString,
        resolve: () => {
          throw new GraphQLError('Maybe not.', { extensions: { code: 'NOT_FOUND' } });
        },
      },
      failAtEnd: {
        type: text,
        resolve: (_, __, { state }) => {
          state.failsAtEnd = true;
          return 'so far so good';
        },
      },
      wait: { type: text, resolve: () => stage.pass() },
      fail: {
        type: text,
        resolve: () => {
          throw new Error('secret detail of a table');
        },
      },
    },
  });
  const mutation = new GraphQLObjectType<unknown, SmallContext>({
    name: 'Mutation',
    fields: {
      touch: {
        type: text,
        args: { fails: { type: GraphQLBoolean } },
        resolve: (_, { fails }, { who }) => {
          stage.touches += 1;
          if (fails) throw new Error('secret detail of a table');
          return `touched by ${who}`;
        },
      },
    },
  });
  const subscription = new GraphQLObjectType<unknown, SmallContext>({
    name: 'Subscription',
    fields: {
      tick: {
        type: text,
        args: { count: { type: new GraphQLNonNull(GraphQLInt) }, bytes: { type: GraphQLInt, defaultValue: 0 } },
        subscribe: (_, { count, bytes }) => stage.ticks(Number(count), Number(bytes)),
      },
      broken: { type: text, subscribe: () => stage.breaking() },
    },
  });
  return new GraphQLSchema({ query, mutation, subscription });
}

/** Hides what Apollo calls internal, as the real one does. */
const smallFormatError: FormatError = (formatted) =>
  formatted.extensions?.['code'] === 'INTERNAL_SERVER_ERROR'
    ? { message: 'Something went wrong.', extensions: { code: 'INTERNAL' } }
    : { message: formatted.message, extensions: { code: formatted.extensions?.['code'] } };

export interface SmallDoor {
  readonly stage: Stage;
  readonly http: HttpDoor;
  readonly socket: SocketDoor;
  readonly url: string;
  close(): Promise<void>;
}

const NO_LIMITS = {
  maxConnections: 0,
  maxConnectionsPerAddress: 0,
  maxSockets: 0,
  maxSocketsPerAddress: 0,
  maxSocketsPerKey: 0,
  maxOperationsPerSocket: 0,
  origins: [],
};

type Changes = Partial<
  Pick<HttpOptions<SmallContext>, 'isReady' | 'routes' | 'port' | 'patience'> &
    Pick<
      SocketOptions<{ name: string }, SmallContext>,
      'keepAliveMs' | 'initWaitMs' | 'slowConsumerGraceMs' | 'endContext'
    >
>;

export async function openSmallDoor(changes: Changes = {}): Promise<SmallDoor> {
  const stage = new Stage();
  const schema = smallSchema(stage);
  const onFault = (error: unknown): void => void stage.faults.push(error);
  const endContext = async ({ state }: SmallContext): Promise<void> => {
    stage.ends += 1;
    await Promise.resolve();
    if (state.failsAtEnd) throw new Error('secret detail of a table');
  };
  const addresses = new ClientAddresses([]);
  const documents = { size: new DocumentLimit(true), showsSchema: true };
  const operations = new OperationLimits(schema, true);
  const executor = new Executor<SmallContext>({ schema, limits: operations, endContext });
  const apollo = makeApollo<SmallContext>({ executor, formatError: smallFormatError, showsSchema: true });
  apollo.addPlugin({
    requestDidStart: () => {
      stage.apolloRequests += 1;
      return Promise.resolve();
    },
  });
  const http = await openHttp<SmallContext>({
    apollo,
    executor,
    documents: documents.size,
    contextOf: (request) => ({ who: nameOf(request), state: { failsAtEnd: false } }),
    formatError: smallFormatError,
    onFault,
    host: '127.0.0.1',
    port: 0,
    isReady: () => true,
    limits: NO_LIMITS,
    addresses,
    origins: [],
    isHttps: false,
    ...changes,
  });
  const socket = openSocket<{ name: string }, SmallContext>({
    server: http.server,
    schema,
    documents,
    operations,
    limits: new SocketLimits(NO_LIMITS),
    addressOf: (request) => addresses.of(request),
    nameOf: ({ name }) => name,
    principalOf: ({ name = undefined, Authorization = name }) => {
      if (name === 'unlucky') throw new Error('The database is away.');
      return typeof Authorization === 'string' ? { name: Authorization } : undefined;
    },
    refusedAmong: async (visitors) => {
      await Promise.resolve();
      if (stage.refused.has('nobody can say')) throw new Error('The database is away.');
      return new Set(visitors.filter(({ name }) => stage.refused.has(name)));
    },
    contextOf: ({ name }) => {
      if (name === 'revoked')
        throw new GraphQLError('The key was revoked.', { extensions: { code: 'UNAUTHENTICATED' } });
      return { who: name, state: { failsAtEnd: false } };
    },
    formatError: smallFormatError,
    onFault,
    ...changes,
  });
  const close = async (): Promise<void> => {
    await socket.close();
    await http.close();
  };
  return { stage, http, socket, url: http.url, close };
}

function nameOf({ headers }: IncomingMessage): string {
  const name = headers.authorization ?? 'nobody';
  if (name === 'Bearer wrong') throw new GraphQLError('Who are you?', { extensions: { code: 'UNAUTHENTICATED' } });
  return name;
}
