/** The GraphQL schema, built from the resolver classes that the composition root hands over. */
import type { GraphQLSchema } from 'graphql';
import { buildSchema, type MiddlewareFn, type NonEmptyArray } from 'type-graphql';
import { DateTimeScalar } from './scalars.js';

export type ResolverClass = new (...args: never[]) => object;

/** Subscriptions bring their own source; nothing is ever published through type-graphql. */
const noPubSub = {
  publish: () => {
    throw new Error('Subscriptions have their own sources.');
  },
  subscribe: () => {
    throw new Error('Subscriptions have their own sources.');
  },
};

/** @param resolvers each resolver class with the one instance that answers for it. */
export function makeSchema(
  resolvers: ReadonlyMap<ResolverClass, object>,
  guard: MiddlewareFn<never>,
): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [...resolvers.keys()] as unknown as NonEmptyArray<ResolverClass>,
    container: { get: (wanted) => resolvers.get(wanted as ResolverClass) },
    globalMiddlewares: [guard as MiddlewareFn<object>],
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    validate: false,
    pubSub: noPubSub,
    nullableByDefault: false,
  });
}
