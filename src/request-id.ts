/** Which request is being answered: its id stands in the answer's header, in each of its errors, log lines and audit entries. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { scrub } from './scrub.js';

const current = new AsyncLocalStorage<string>();

/** What a caller may choose for itself, so that its own log and ours can be laid side by side. */
const CHOSEN = /^[\w.:-]{8,128}$/;

/** Undefined outside of any request, as in a job. */
export function requestId(): string | undefined {
  return current.getStore();
}

/** The caller's own in `x-request-id`, unless it looks like a secret, else a new one. */
export function idOf(request: IncomingMessage): string {
  const chosen = request.headers['x-request-id'];
  return typeof chosen === 'string' && CHOSEN.test(chosen) && scrub(chosen) === chosen ? chosen : randomUUID();
}

export function withRequestId<T>(id: string, work: () => T): T {
  return current.run(id, work);
}

/** For what is done for many requests at once. */
export function withoutRequestId<T>(work: () => T): T {
  return current.exit(work);
}
