/** Asks one server after the other until there is an answer: what an orchestrator does whose connection was cut. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import pRetry from 'p-retry';
import type { Answer } from '../test/support/world.js';
import type { Crew } from './crew.js';
import { instant } from './instant.js';

export interface Asked<T> {
  readonly data: T | undefined;
  /** Of the error that it was answered with. */
  readonly code: string | undefined;
  /** When it was first sent. */
  readonly from: number;
  /** When it was sent the last time. */
  readonly sent: number;
  readonly to: number;
  /** Whether the answer is of what the last sending did itself, and no look at it afterwards. */
  readonly isSure: boolean;
}

const PATIENCE_MS = 30_000;
/** A server that waited so long for PostgreSQL has asked it again. */
const UNSURE_MS = 4_000;
const RETRY = { retries: 10_000, minTimeout: 5, maxTimeout: 100, factor: 2, randomize: true };

export class Caller {
  #turn = 0;
  /** How often there was no answer, or one that said to come again. */
  retries = 0;

  constructor(private readonly crew: Crew) {}

  async ask<T, V>(document: TypedDocumentNode<T, V>, variables: V, key: string): Promise<Asked<T>> {
    const from = instant();
    let sent = from;
    const body = JSON.stringify({ query: queryOf(document), variables });
    const { data, errors } = await pRetry(
      async () => {
        const server = this.#next();
        sent = instant();
        const answer = await this.#send<T>(server, body, key).catch((error: unknown) => {
          // Not a TypeError, as fetch throws it: that would be taken for a mistake of ours.
          throw new Error('There was no answer.', { cause: error });
        });
        if (answer.errors?.some(({ extensions }) => extensions['retryable'])) throw new Error('It said to come again.');
        this.crew.answered(server, sent);
        return answer;
      },
      { ...RETRY, onFailedAttempt: () => void (this.retries += 1) },
    );
    const to = instant();
    const isSure = !this.crew.sawCrash(sent, to) && to - sent < UNSURE_MS;
    return { data: data ?? undefined, code: errors && String(errors[0]?.extensions['code']), from, sent, to, isSure };
  }

  /** The next server that is up. */
  #next(): number {
    for (let tries = 0; tries < this.crew.size; tries += 1) {
      this.#turn = (this.#turn + 1) % this.crew.size;
      if (this.crew.urlOf(this.#turn) !== undefined) return this.#turn;
    }
    throw new Error('No server is up.');
  }

  async #send<T>(server: number, body: string, key: string): Promise<Answer<T>> {
    const response = await fetch(`${this.crew.urlOf(server)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return (await response.json()) as Answer<T>;
  }
}

const QUERIES = new WeakMap<object, string>();

function queryOf(document: Parameters<typeof print>[0]): string {
  const query = QUERIES.get(document) ?? print(document);
  QUERIES.set(document, query);
  return query;
}
