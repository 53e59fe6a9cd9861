/** A server of this code on a database of its own, and typed ways to talk to it through its public doors. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Logger } from 'pino';
import { readConfig } from '../../src/config.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { BOOTSTRAP_KEY, TEST_KEYS, cloneDatabase, type TestDatabase } from './database.js';
import { heard, testLog } from './heard.js';

export interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

export interface World {
  readonly server: RunningServer;
  readonly database: TestDatabase;
  /** Sends one operation over HTTP; `key` defaults to the first organization's ADMIN and OPERATOR. */
  send<T, V>(document: TypedDocumentNode<T, V>, variables: V, key?: string): Promise<Answer<T>>;
  /** The data of an operation that must succeed. */
  ask<T, V>(document: TypedDocumentNode<T, V>, variables: V, key?: string): Promise<T>;
  /** The code of the one error of an operation that must fail. */
  codeOf<T, V>(document: TypedDocumentNode<T, V>, variables: V, key?: string): Promise<unknown>;
  /** Fails where the books of its database are not right; `BROKEN` where a test broke them (see TestDatabase). */
  close(books?: 'BROKEN'): Promise<void>;
}

/** @param environment settings of the server, as in its environment. */
export async function startWorld(environment: Record<string, string> = {}, log: Logger = testLog()): Promise<World> {
  const database = await cloneDatabase();
  const server = await startServer(
    readConfig({
      DATABASE_URL: database.url,
      PORT: '0',
      BOOTSTRAP_API_KEY: BOOTSTRAP_KEY,
      ENCRYPTION_KEYS: TEST_KEYS,
      TEST_CLOCK: 'true',
      // A test makes its invoices itself, at the instants of its own clock.
      INVOICE_INTERVAL: '0',
      ...environment,
    }),
    log,
  );
  const send = <T, V>(document: TypedDocumentNode<T, V>, variables: V, key = BOOTSTRAP_KEY) =>
    post<T>(server.url, { query: print(document), variables }, key);
  return {
    server,
    database,
    send,
    ask: async (document, variables, key) => {
      const answer = await send(document, variables, key);
      if (answer.errors || !answer.data) throw new Error(`Not answered: ${JSON.stringify(answer.errors)}`);
      return answer.data;
    },
    codeOf: async (document, variables, key) => {
      const answer = await send(document, variables, key);
      if (answer.errors?.length !== 1) throw new Error(`Expected one error: ${JSON.stringify(answer)}`);
      return answer.errors[0]?.extensions['code'];
    },
    close: async (books) => {
      await server.close();
      await database.drop(books);
    },
  };
}

export async function post<T>(url: string, body: object, key?: string): Promise<Answer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify(body),
  });
  return withoutIds((await response.json()) as Answer<T>, response.headers.get('x-request-id'));
}

/** Each error says which request it answers; apart from that, what is the same is answered alike. */
export function withoutIds<A extends Answer<unknown>>(answer: A, id: string | null): A {
  if (!answer.errors) return answer;
  heard('error', JSON.stringify(answer.errors));
  const errors = answer.errors.map(({ extensions: { requestId, ...extensions }, ...error }) => {
    if (typeof requestId !== 'string' || requestId !== (id ?? requestId)) {
      throw new Error(`An error of the request ${id} is of ${String(requestId)}: ${error.message}`);
    }
    return { ...error, extensions };
  });
  return { ...answer, errors };
}
