/** The GraphQL schema, built from the resolver classes that the composition root hands over. */
import { OperationTypeNode, type GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import { buildSchema, type NonEmptyArray } from 'type-graphql';
import { directResolver } from './direct.js';
import { requiredPermission } from './requires.js';
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

/** What type-graphql hands to the `subscribe` function of a field. */
export interface SubscribeData<Args, Context> {
  readonly args: Args;
  readonly context: Context;
  readonly info: GraphQLResolveInfo;
}

const instances = new WeakMap<GraphQLSchema, ReadonlyMap<ResolverClass, object>>();

/** The instance that answers for a resolver class: the `subscribe` function of a field is given none. */
export function resolverOf<T extends object>(schema: GraphQLSchema, wanted: new (...args: never[]) => T): T {
  const resolver = instances.get(schema)?.get(wanted);
  if (!(resolver instanceof wanted)) throw new Error(`The schema was made without ${wanted.name}.`);
  return resolver;
}

/** A field of the schema that a request begins with. */
export interface RootField {
  readonly operation: OperationTypeNode;
  readonly name: string;
  /** The permission that it states, or undefined. */
  readonly permission: string | undefined;
}

/** Stands before every root field: answers, or throws. */
export type RootGuard<TContext extends object> = (
  field: RootField,
  context: TContext,
  answer: () => unknown,
) => unknown;

/** @param resolvers each resolver class with the one instance that answers for it. */
export async function makeSchema<TContext extends object>(
  resolvers: ReadonlyMap<ResolverClass, object>,
  guard: RootGuard<TContext>,
): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [...resolvers.keys()] as unknown as NonEmptyArray<ResolverClass>,
    container: { get: (wanted) => resolvers.get(wanted as ResolverClass) },
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    validate: false,
    pubSub: noPubSub,
    nullableByDefault: false,
  });
  for (const { operation, description } of ROOTS) {
    const root = schema.getRootType(operation);
    if (!root) continue;
    root.description = description;
    guardFields(root, operation, resolvers, guard);
  }
  instances.set(schema, resolvers);
  return schema;
}

const ROOTS = [
  {
    operation: OperationTypeNode.QUERY,
    description: 'What may be asked. Each field says which permission it requires, and its errors.',
  },
  {
    operation: OperationTypeNode.MUTATION,
    description: 'What may be done. Each field is a transaction of its own, in the order of the request.',
  },
  { operation: OperationTypeNode.SUBSCRIPTION, description: 'What may be watched, over graphql-ws.' },
];

/**
 * As a global middleware of type-graphql the guard would run, and make three promises, for every field of every object.
 * Without that, and with compiled documents, recordUsage went from 252 to 181 us of CPU a request.
 */
function guardFields<TContext extends object>(
  root: GraphQLObjectType,
  operation: OperationTypeNode,
  resolvers: ReadonlyMap<ResolverClass, object>,
  guard: RootGuard<TContext>,
): void {
  for (const field of Object.values(root.getFields())) {
    const { name } = field;
    const resolve = directResolver(field, resolvers.values()) ?? field.resolve;
    if (!resolve) throw new Error(`The field ${name} has no resolver.`);
    const guarded = { operation, name, permission: requiredPermission(field) };
    field.resolve = (source: unknown, args: Record<string, unknown>, context: TContext, info) =>
      guard(guarded, context, () => resolve(source, args, context, info));
  }
}
