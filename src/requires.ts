/** States, on a field of the schema, which permission it needs. A root field that states none is denied to everybody. */
import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';

/** The service asserts the same permission; this is what the schema and its tests can see. */
export function Requires(permission: string): MethodDecorator {
  return Extensions({ permission });
}

/** The permission that a field states, or undefined. */
export function requiredPermission({ extensions }: GraphQLField<unknown, unknown>): string | undefined {
  const permission = extensions['permission'];
  return typeof permission === 'string' ? permission : undefined;
}
