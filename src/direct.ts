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

type Field = Pick<GraphQLField<unknown, unknown>, 'name' | 'extensions' | 'args'>;
type Method = (this: object, input: unknown, context: object, info: GraphQLResolveInfo) => unknown;

/**
 * What answers for a field that is marked, given all resolvers; undefined for one that is not. Throws, when the schema is
 * made, where the mark cannot be kept to.
 */
export function directResolver(
  field: Field,
  resolvers: Iterable<object>,
): GraphQLFieldResolver<unknown, object> | undefined {
  if (field.extensions['direct'] !== true) return undefined;
  const owners = [...resolvers].filter((resolver) => typeof Reflect.get(resolver, field.name) === 'function');
  const [owner] = owners;
  if (!owner || owners.length > 1) throw new Error(`${owners.length} resolvers have a method ${field.name}.`);
  if (field.args.map(({ name }) => name).join() !== 'input') throw new Error(`${field.name} takes more than an input.`);
  const method = Reflect.get(owner, field.name) as Method;
  return (_source, { input }: { input?: unknown }, context, info) => method.call(owner, input, context, info);
}
