/** A simple balancer: it asks the servers in turn, and the next one where a connection was refused or closed without a word. */
import { Agent, request } from 'node:http';
import type { Answer } from './world.js';

export class Balancer {
  /** Requests that were asked again elsewhere. */
  moved = 0;
  readonly #agent = new Agent({ keepAlive: true });
  #turn = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly key: string,
  ) {}

  /** Undefined where no server took it, or an answer broke off. */
  async ask<T>(body: object): Promise<Answer<T> | undefined> {
    const first = (this.#turn += 1);
    for (let n = 0; n < this.urls.length; n += 1) {
      const outcome = await this.#askOne<T>(this.urls[(first + n) % this.urls.length] ?? '', body);
      if (outcome !== 'NOT_TAKEN') return outcome;
      this.moved += 1;
    }
    return undefined;
  }

  close(): void {
    this.#agent.destroy();
  }

  #askOne<T>(url: string, body: object): Promise<Answer<T> | 'NOT_TAKEN' | undefined> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.key}` };
    return new Promise((done) => {
      const sent = request(`${url}/graphql`, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', () => done(undefined));
        response.once('end', () => done(JSON.parse(Buffer.concat(chunks).toString()) as Answer<T>));
      });
      sent.once('error', () => done('NOT_TAKEN'));
      sent.end(JSON.stringify(body));
    });
  }
}
