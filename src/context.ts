/** Builds what one GraphQL operation carries. */
import type { MikroORM } from '@mikro-orm/postgresql';
import { OperationTypeNode } from 'graphql';
import type { Clock } from './clock.js';
import { ApiError, databaseFault, unauthenticated } from './errors.js';
import type { Admission } from './identity/admission.js';
import { Operation } from './operation.js';
import type { Principal } from './principal.js';
import { requestId } from './request-id.js';
import type { RunningLimit, Turn } from './running-limit.js';
import type { RootGuard } from './schema.js';

interface Held {
  current: Operation | undefined;
  turn: Turn | undefined;
  readonly opened: Operation[];
}

/**
 * Carries the principal and, for each top-level mutation field, or a whole query, one Operation.
 * What changes is held in an object of its own, because Apollo hands out a shallow copy of the context.
 */
export class Context {
  /** Where it comes from, as the door knows it. */
  address = '';

  private readonly held: Held = { current: undefined, turn: undefined, opened: [] };

  constructor(
    readonly principal: Principal | undefined,
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    private readonly running: RunningLimit,
  ) {}

  /** @throws ApiError UNAUTHENTICATED without a key. */
  get operation(): Operation {
    return this.held.current ?? this.begin('query', true);
  }

  /** Starts the Operation of the next top-level field, whose name is its cause. */
  begin(cause: string, isReading = false): Operation {
    if (!this.principal) throw unauthenticated();
    this.held.turn ??= this.running.turnOf(this.principal);
    const operation = new Operation(this.principal, this.clock.now(), this.orm, {
      cause,
      requestId: requestId(),
      isReading,
      turn: this.held.turn,
    });
    this.held.current = operation;
    this.held.opened.push(operation);
    return operation;
  }

  /**
   * Ends every transaction that is still open. What comes afterwards, the next event of a subscription, has an
   * Operation of its own, with its own instant, time and loaders.
   */
  end(): Promise<void> | undefined {
    this.held.turn = undefined;
    return this.endOpened();
  }

  /** The same between two fields of one mutation, which are one request. */
  endOpened(): Promise<void> | undefined {
    this.held.current = undefined;
    const opened = this.held.opened.splice(0);
    return opened.some((operation) => operation.inTransaction) ? commitAll(opened) : undefined;
  }
}

async function commitAll(operations: readonly Operation[]): Promise<void> {
  const outcomes = await Promise.allSettled(operations.map((operation) => operation.commit()));
  // What a mutation wrote was committed with its field: these only read, and what was read stands.
  const failed = outcomes.find(
    (outcome) => outcome.status === 'rejected' && databaseFault(outcome.reason) !== 'CONNECTION',
  );
  if (failed?.status === 'rejected') throw failed.reason;
}

export class ContextFactory {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    private readonly admission: Admission,
    private readonly running: RunningLimit,
  ) {}

  /** Without a key the context has no principal: the schema may be read, every field of it is denied. */
  fromAuthorization(header: string | undefined): Context | Promise<Context> {
    if (header === undefined) return this.of(undefined);
    const principal = this.principalOf(header);
    return principal instanceof Promise ? principal.then((found) => this.#known(found)) : this.#known(principal);
  }

  /** @param header `Bearer <key or token>`; the scheme's case does not matter (RFC 9110, 11.1). */
  principalOf(header: unknown): Principal | undefined | Promise<Principal | undefined> {
    const word = typeof header === 'string' ? /^bearer +([\x21-\x7e]+)$/i.exec(header)?.[1] : undefined;
    return word === undefined ? undefined : this.admission.principalOf(word);
  }

  /** Those of them who would be refused if they came now. */
  refusedAmong(principals: readonly Principal[]): Promise<ReadonlySet<Principal>> {
    return this.admission.refusedAmong(principals);
  }

  #known(principal: Principal | undefined): Context {
    if (!principal) throw unauthenticated();
    return this.of(principal);
  }

  /** Who it is, for what is counted by key. */
  nameOf(this: void, { actor }: Principal): string {
    return actor.id;
  }

  of(principal: Principal | undefined): Context {
    return new Context(principal, this.orm, this.clock, this.running);
  }
}

/** Default deny: a root field that states no permission is answered to nobody. */
export const guardRootField: RootGuard<Context> = ({ operation, name, permission }, context, answer) => {
  if (permission === undefined) throw new ApiError('FORBIDDEN', `The field ${name} states no permission.`);
  if (operation === OperationTypeNode.MUTATION) {
    // What was read for the answer of the field before is read: a request has one connection at a time.
    const ending = context.endOpened();
    return ending
      ? ending.then(() => inOperation(context.begin(name), answer))
      : inOperation(context.begin(name), answer);
  }
  if (!context.principal) throw unauthenticated();
  return answer();
};

async function inOperation(operation: Operation, answer: () => unknown): Promise<unknown> {
  try {
    const answered = await answer();
    if (operation.inTransaction) await operation.commit();
    return answered;
  } catch (error) {
    await operation.rollback();
    throw error;
  }
}
