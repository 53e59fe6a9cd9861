/** The HTTP server of the API: who asks, what was asked before, the work, and the answer or its loss. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parse } from 'qs';
import Stripe from 'stripe';
import type { StripeAccount } from './account.js';
import { injectedFailure, invalidParameter, ownMistake, StripeFailure, unknownKey, unknownPath } from './errors.js';
import type { Fault, Faults } from './faults.js';
import { IdempotencyKeys, type Answer } from './idempotency.js';
import { checkExpand, expanded } from './lists.js';
import type { Route } from './routes.js';

export interface Asked {
  readonly method: string;
  /** With `/v1`, without the query. */
  readonly path: string;
  /** The parameters as they came, of the body or of the query. */
  readonly body: Record<string, unknown>;
  readonly idempotencyKey: string | undefined;
  /** Whether it was answered with what was answered before, without any work. */
  readonly replayed: boolean;
  /** Of the answer; `lost` when it was cut off. */
  readonly status: number | 'lost';
}

type Request = Pick<Asked, 'method' | 'path' | 'body' | 'idempotencyKey'> & { readonly id: string };

interface Reply {
  readonly answer: Answer;
  readonly replayed: boolean;
  /** Decides, when the answer goes out, whether it comes again under the same key. */
  readonly settle?: () => void;
}

export class ApiDoor {
  readonly requests: Asked[] = [];
  readonly server = createServer((incoming, response) => void this.#serve(incoming, response));
  isDown = false;
  readonly #keys: IdempotencyKeys;
  readonly #sockets = new Set<Socket>();

  constructor(
    private readonly account: StripeAccount,
    private readonly apiKey: string,
    private readonly routes: readonly Route[],
    private readonly faults: Faults,
  ) {
    this.#keys = new IdempotencyKeys(account.clock);
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      if (this.isDown) socket.destroy();
    });
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await buffer(incoming).catch(() => undefined);
    if (!received) return void incoming.socket.destroy();
    const request = this.#read(incoming, received.toString());
    const fault = this.faults.take(request.method, request.path);
    const reply = this.#answer(incoming, request, fault);
    const { method, path, body, idempotencyKey } = request;
    const { answer, replayed } = reply;
    const status = fault?.kind === 'lose' ? 'lost' : answer.status;
    this.requests.push({ method, path, body, idempotencyKey, replayed, status });
    // As it is now, however long it is held.
    const text = JSON.stringify(answer.body, null, 2);
    if (fault?.kind === 'hold') {
      fault.arrive();
      await fault.released;
    }
    reply.settle?.();
    if (status === 'lost') return void incoming.socket.destroy();
    response.writeHead(answer.status, this.#headers(incoming, request, reply));
    response.end(text);
  }

  #read({ method = 'GET', url = '/', headers }: IncomingMessage, received: string): Request {
    const [path = '/', query = ''] = url.split('?');
    const text = method === 'GET' ? query : received;
    const body: Record<string, unknown> = parse(text, { allowPrototypes: true, arrayLimit: 1000, depth: 10 });
    const key = headers['idempotency-key'];
    const idempotencyKey = typeof key === 'string' && method === 'POST' ? key : undefined;
    return { method, path: decodeURIComponent(path), body, idempotencyKey, id: this.account.newId('req') };
  }

  #answer(incoming: IncomingMessage, request: Request, fault: Fault | undefined): Reply {
    const { method, path, body, idempotencyKey: key } = request;
    try {
      // Too many requests are turned away before anything is looked at.
      if (fault?.kind === 'fail' && fault.status !== 500) throw injectedFailure(fault.status, fault.code);
      this.#checkCaller(incoming);
      const known = key === undefined ? undefined : this.#keys.begin(key, { method, path, body });
      if (known) return { answer: known, replayed: true };
    } catch (error) {
      return { answer: this.#refusal(error, request).answer, replayed: false };
    }
    const { answer, began } = this.#work(request, fault);
    if (key === undefined) return { answer, replayed: false };
    const settle = () => (began ? this.#keys.keep(key, answer) : this.#keys.giveUp(key));
    return { answer, replayed: false, settle };
  }

  #work(request: Request, fault: Fault | undefined): { answer: Answer; began: boolean } {
    const { id, idempotencyKey = null } = request;
    this.account.request = { id, idempotency_key: idempotencyKey };
    try {
      const work = this.#prepare(request);
      const paths = checkExpand(request.body['expand']);
      const fails = fault?.kind === 'fail' ? fault : undefined;
      if (fails && !fails.afterWork) throw injectedFailure(fails.status, fails.code);
      const done = work();
      if (fails) throw injectedFailure(fails.status, fails.code);
      return { answer: { status: 200, body: expanded(this.account, done, paths), requestId: id }, began: true };
    } catch (error) {
      return this.#refusal(error, request);
    } finally {
      this.account.request = undefined;
    }
  }

  #prepare({ method, path, body }: Request): () => unknown {
    for (const route of this.routes) {
      const found = route.method === method ? route.path.exec(path) : null;
      if (found) return route.prepare(this.account, body, found.slice(1));
    }
    throw unknownPath(method, path);
  }

  #refusal(error: unknown, request: Request): { answer: Answer; began: boolean } {
    const failure = error instanceof StripeFailure ? error : ownMistake(error);
    const request_log_url = `https://dashboard.stripe.com/test/logs/${request.id}`;
    const body = { error: { ...failure.error, request_log_url } };
    return { answer: { status: failure.status, body, requestId: request.id }, began: failure.began };
  }

  #checkCaller({ headers }: IncomingMessage): void {
    const [scheme, credentials = ''] = (headers.authorization ?? '').split(' ');
    const key = scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString().replace(/:$/, '') : credentials;
    if (key !== this.apiKey) throw unknownKey(key);
    const version = headers['stripe-version'] ?? Stripe.API_VERSION;
    if (typeof version !== 'string' || !/^\d{4}-\d\d-\d\d(\.\w+)?$/.test(version))
      throw invalidParameter(`Invalid Stripe API version: ${String(version)}`);
  }

  #headers({ headers }: IncomingMessage, request: Request, { answer, replayed }: Reply): Record<string, string> {
    const { id, idempotencyKey } = request;
    return {
      'content-type': 'application/json',
      'request-id': id,
      'stripe-version': String(headers['stripe-version'] ?? Stripe.API_VERSION),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey, 'original-request': answer.requestId }),
      ...(replayed && { 'idempotent-replayed': 'true' }),
    };
  }
}
