/** A client of one subscription, through graphql-ws: it keeps what arrives, and can be waited for, paused and killed. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { BOOTSTRAP_KEY } from './database.js';

/** How a subscription ended: by itself, with errors of these codes, or with its socket. */
export type Ending =
  | { readonly kind: 'COMPLETE' }
  | { readonly kind: 'ERROR'; readonly codes: unknown[] }
  | { readonly kind: 'CLOSED'; readonly code: number };

export class Subscriber<T> {
  readonly events: T[] = [];
  readonly ended: Promise<Ending>;
  readonly #client: Client;
  #socket: WebSocket | undefined;
  #ending: Ending | undefined;
  #waiting: (() => void)[] = [];

  constructor(url: string, document: TypedDocumentNode<T, never>, variables: object, key: string) {
    // The client makes its socket itself; this is how a test gets hold of it.
    const hold = (socket: WebSocket): void => void (this.#socket = socket);
    class HeldSocket extends WebSocket {
      constructor(address: string, protocol: string) {
        super(address, protocol);
        hold(this);
      }
    }
    this.#client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: HeldSocket,
      connectionParams: { Authorization: `Bearer ${key}` },
      retryAttempts: 0,
    });
    this.ended = new Promise((resolve) => {
      const end = (ending: Ending): void => {
        this.#ending = ending;
        this.#tell();
        resolve(ending);
      };
      this.#client.subscribe<T>(
        { query: print(document), variables: { ...variables } },
        {
          next: ({ data, errors }) => {
            // An operation that is refused at its start answers as a query does, with errors and no data.
            if (!data) return end(endingOf(errors));
            this.events.push(data);
            this.#tell();
          },
          error: (error) => end(endingOf(error)),
          complete: () => end({ kind: 'COMPLETE' }),
        },
      );
    });
  }

  /** The first `count` events, when so many have come. Rejects where the stream ended before. */
  async take(count: number): Promise<T[]> {
    while (this.events.length < count) {
      if (this.#ending) throw new Error(`Ended after ${this.events.length} events: ${JSON.stringify(this.#ending)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.events.slice(0, count);
  }

  /** Reads nothing more from its socket until it is resumed. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Cuts the connection without a word. */
  async kill(): Promise<void> {
    this.#socket?.terminate();
    await this.ended;
  }

  /** Leaves as a client should: the operation is completed, then the socket closed. */
  async stop(): Promise<void> {
    await this.#client.dispose();
    await this.ended;
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

export function subscribe<T, V extends object>(
  url: string,
  document: TypedDocumentNode<T, V>,
  variables: V,
  key: string = BOOTSTRAP_KEY,
): Subscriber<T> {
  return new Subscriber<T>(url, document, variables, key);
}

function endingOf(error: unknown): Ending {
  if (Array.isArray(error)) {
    return { kind: 'ERROR', codes: error.map((one: { extensions?: { code?: unknown } }) => one.extensions?.code) };
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return { kind: 'CLOSED', code: typeof code === 'number' ? code : 0 };
}
