/** Finds out who asks, counts who is refused by address, and keeps with each context what is counted by. */
import type { IncomingMessage } from 'node:http';
import type { ClientAddresses } from './client-address.js';
import { unauthenticated } from '../errors.js';
import type { Rates } from './rates.js';

export interface CountedPrincipal {
  readonly organizationId: string;
}

export interface CountedContext<TPrincipal extends CountedPrincipal> {
  readonly principal: TPrincipal | undefined;
  address: string;
}

/** Who asks, and what an operation of theirs carries. */
export interface Contexts<TPrincipal extends object, TContext extends object> {
  /** Throws or rejects with UNAUTHENTICATED for a key that is wrong. */
  fromAuthorization(header: string | undefined): TContext | Promise<TContext>;
  principalOf(header: unknown): TPrincipal | undefined | Promise<TPrincipal | undefined>;
  /** Those of them that are refused since. */
  refusedAmong(principals: readonly TPrincipal[]): Promise<ReadonlySet<TPrincipal>>;
  of(principal: TPrincipal): TContext;
  /** The key or token, as its sockets and requests are counted. */
  nameOf(this: void, principal: TPrincipal): string;
}

export class Callers<TPrincipal extends CountedPrincipal, TContext extends CountedContext<TPrincipal>> {
  constructor(
    private readonly contexts: Contexts<TPrincipal, TContext>,
    private readonly addresses: ClientAddresses,
    private readonly rates: Rates,
  ) {}

  ofRequest(request: IncomingMessage): TContext | Promise<TContext> {
    const address = this.addresses.of(request);
    try {
      const context = this.contexts.fromAuthorization(request.headers.authorization);
      if (context instanceof Promise) {
        return context.then(
          (found) => this.#letIn(address, found),
          (error: unknown) => this.#sendAway(address, error),
        );
      }
      return this.#letIn(address, context);
    } catch (error) {
      return this.#sendAway(address, error);
    }
  }

  /** Undefined for a key that is wrong. */
  async ofParams(params: Readonly<Record<string, unknown>>, request: IncomingMessage): Promise<TPrincipal | undefined> {
    const address = this.addresses.of(request);
    const principal = await this.contexts.principalOf(params['Authorization'] ?? params['authorization']);
    if (principal) {
      await this.rates.succeeded(address, this.contexts.nameOf(principal));
      return principal;
    }
    const error = unauthenticated();
    const answer = await this.rates.failed(address, error);
    if (answer !== error) throw answer;
    return undefined;
  }

  from(address: string, context: TContext): TContext {
    context.address = address;
    return context;
  }

  /** By what an operation of this context is counted. */
  nameOf({ principal, address }: TContext) {
    const key = principal && this.contexts.nameOf(principal);
    return { address, key, organizationId: principal?.organizationId };
  }

  #letIn(address: string, context: TContext): TContext | Promise<TContext> {
    context.address = address;
    const { principal } = context;
    const waiting = principal && this.rates.succeeded(address, this.contexts.nameOf(principal));
    return waiting ? waiting.then(() => context) : context;
  }

  async #sendAway(address: string, error: unknown): Promise<never> {
    throw await this.rates.failed(address, error);
  }
}
