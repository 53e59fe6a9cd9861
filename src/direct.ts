/**
 * Marks a mutation that is called for every LLM call: its method takes `(input, context, info)` and is given the input as
 * GraphQL made it, a plain object. Before others type-graphql makes an instance of the input's class, for which it
 * searches all input types again for each field of each item: a twentieth of the CPU of recordUsage, more of a batch.
 */
import type { GraphQLField, GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import { Extensions } from 'type-graphql';

export function Direct(): MethodDecorator {
  return Extensions({ direct: true });
}

type Field = Pick<GraphQLField<unknown, unknown>, 'name' | 'extensions'>;
type Method = (this: object, input: unknown, context: object, info: GraphQLResolveInfo) => unknown;

/** What answers for a field that is marked, given all resolvers; undefined for one that is not. */
export function directResolver(
  field: Field,
  resolvers: Iterable<object>,
): GraphQLFieldResolver<unknown, object> | undefined {
  if (field.extensions['direct'] !== true) return undefined;
  for (const resolver of resolvers) {
    const method: unknown = Reflect.get(resolver, field.name);
    if (typeof method === 'function') {
      return (_source, { input }: { input?: unknown }, context, info) =>
        (method as Method).call(resolver, input, context, info);
    }
  }
  throw new Error(`No resolver has a method ${field.name}.`);
}
