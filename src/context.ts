/** Builds what one GraphQL operation carries. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { MiddlewareFn } from 'type-graphql';
import type { Clock } from './clock.js';
import { ApiError, databaseFault, unauthenticated } from './errors.js';
import type { ApiKeyService } from './identity/api-key.service.js';
import { Operation } from './operation.js';
import type { Principal } from './principal.js';
import { requiredPermission } from './requires.js';

interface Held {
  current: Operation | undefined;
  readonly opened: Operation[];
}

/**
 * Carries the principal and, for each top-level mutation field, or a whole query, one Operation.
 * What changes is held in an object of its own, because Apollo hands out a shallow copy of the context.
 */
export class Context {
  private readonly held: Held = { current: undefined, opened: [] };

  constructor(
    readonly principal: Principal | undefined,
    private readonly orm: MikroORM,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError UNAUTHENTICATED without a key. */
  get operation(): Operation {
    return this.held.current ?? this.begin();
  }

  /** Starts the Operation of the next top-level field. */
  begin(): Operation {
    if (!this.principal) throw unauthenticated();
    const operation = new Operation(this.principal, this.clock.now(), this.orm);
    this.held.current = operation;
    this.held.opened.push(operation);
    return operation;
  }

  /**
   * Ends every transaction that is still open. What comes afterwards, the next event of a subscription, has an
   * Operation of its own, with its own instant and loaders.
   */
  async end(): Promise<void> {
    this.held.current = undefined;
    if (!this.held.opened.some((operation) => operation.inTransaction)) {
      this.held.opened.length = 0;
      return;
    }
    const outcomes = await Promise.allSettled(this.held.opened.splice(0).map((operation) => operation.commit()));
    // What a mutation wrote was committed with its field: these only read, and what was read stands.
    const failed = outcomes.find(
      (outcome) => outcome.status === 'rejected' && databaseFault(outcome.reason) !== 'CONNECTION',
    );
    if (failed?.status === 'rejected') throw failed.reason;
  }

  async abandon(): Promise<void> {
    for (const operation of this.held.opened) await operation.rollback();
  }
}

export class ContextFactory {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    private readonly apiKeys: ApiKeyService,
  ) {}

  /** Without a key the context has no principal: the schema may be read, every field of it is denied. */
  async fromAuthorization(header: string | undefined): Promise<Context> {
    if (header === undefined) return this.of(undefined);
    const principal = await this.principalOf(header);
    if (!principal) throw unauthenticated();
    return this.of(principal);
  }

  /** @param header `Bearer <key>`; the scheme's case does not matter (RFC 9110, 11.1). */
  async principalOf(header: unknown): Promise<Principal | undefined> {
    const key = typeof header === 'string' ? /^bearer +([\x21-\x7e]{1,400})$/i.exec(header)?.[1] : undefined;
    return key === undefined ? undefined : this.apiKeys.principalOf(key);
  }

  of(principal: Principal | undefined): Context {
    return new Context(principal, this.orm, this.clock);
  }
}

/** Default deny: a root field that states no permission is answered to nobody. */
export const guardRootFields: MiddlewareFn<Context> = async ({ context, info }, next) => {
  const { parentType, schema } = info;
  if (parentType === schema.getMutationType())
    return inOperation(context.begin(), info.fieldName, requiredPermission(info), next);
  if (parentType === schema.getQueryType() || parentType === schema.getSubscriptionType()) {
    assertStated(info.fieldName, requiredPermission(info));
    if (!context.principal) throw unauthenticated();
  }
  return next() as unknown;
};

async function inOperation(
  operation: Operation,
  field: string,
  permission: string | undefined,
  next: () => Promise<unknown>,
): Promise<unknown> {
  assertStated(field, permission);
  try {
    const answer = await next();
    await operation.commit();
    return answer;
  } catch (error) {
    await operation.rollback();
    throw error;
  }
}

function assertStated(field: string, permission: string | undefined): void {
  if (permission === undefined) throw new ApiError('FORBIDDEN', `The field ${field} states no permission.`);
}

/** Commits what a query, or the reads beneath a mutation, opened, before the answer leaves. */
export const endOperations: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      executionDidStart: ({ contextValue }) => Promise.resolve({ executionDidEnd: () => contextValue.end() }),
    }),
};
