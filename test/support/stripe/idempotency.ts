/** What was answered under which idempotency key. */
import canonicalize from 'canonicalize';
import { invalidParameter, keyInUse, otherParameters } from './errors.js';

const KEPT_MS = 24 * 60 * 60 * 1000;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Of the request that did the work. */
  readonly requestId: string;
}

interface Entry {
  readonly print: string;
  readonly beganAtMs: number;
  answer: Answer | undefined;
}

export class IdempotencyKeys {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly clock: () => number) {}

  /**
   * Answers what was answered under this key. Without an answer the key is in use until it is kept or given up. Throws
   * when it was first used with other parameters, or when it is in use.
   */
  begin(key: string, request: { method: string; path: string; body: unknown }): Answer | undefined {
    if (key.length > 255) throw invalidParameter('Idempotency keys can be at most 255 characters long.');
    this.#prune();
    const print = canonicalize(request) ?? '';
    const known = this.#entries.get(key);
    if (!known) {
      this.#entries.set(key, { print, beganAtMs: this.clock(), answer: undefined });
      return undefined;
    }
    if (!known.answer) throw keyInUse(key);
    if (known.print !== print) throw otherParameters(key);
    return known.answer;
  }

  keep(key: string, answer: Answer): void {
    const entry = this.#entries.get(key);
    if (entry) entry.answer = answer;
  }

  giveUp(key: string): void {
    this.#entries.delete(key);
  }

  #prune(): void {
    const now = this.clock();
    for (const [key, { beganAtMs, answer }] of this.#entries)
      if (answer && now - beganAtMs >= KEPT_MS) this.#entries.delete(key);
  }
}
