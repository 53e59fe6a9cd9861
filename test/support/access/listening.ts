/** What somebody hears over one websocket, byte for byte, of all that it subscribes to. */
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { apartFromRequest, type Query } from './asking.js';

/** One operation: its messages in their order, errors as they came. */
export class Listening {
  readonly heard: string[] = [];
  #isOver = false;
  #waiting: (() => void)[] = [];

  constructor(client: Client, { query, variables }: Query) {
    const hear = (message: unknown): void => {
      this.heard.push(apartFromRequest(JSON.stringify(message)));
      this.#tell();
    };
    client.subscribe(
      { query, variables: { ...variables } },
      {
        next: hear,
        error: (error) => {
          hear({ errors: error });
          this.#end();
        },
        complete: () => this.#end(),
      },
    );
  }

  /** Until something was heard of which this is so; fails where it ends before. */
  async until(isSo: (heard: readonly string[]) => boolean): Promise<void> {
    while (!isSo(this.heard)) {
      if (this.#isOver) throw new Error(`It is over: ${this.heard.join(' ').slice(0, 500)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Until its first message or its end. */
  async answer(): Promise<string> {
    while (this.heard.length === 0 && !this.#isOver) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.heard[0] ?? '';
  }

  #end(): void {
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** @param word a key or a token */
export function connect(url: string, word: string): Client {
  return createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${word}` },
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
  });
}
