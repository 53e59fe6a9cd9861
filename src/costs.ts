/** States, on a field of the schema, what asking for it costs, where that is more than reading a field: 1. */
import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';

/** @param cost its own, without what is asked for inside of it */
export function Costs(cost: number): MethodDecorator {
  return Extensions({ cost });
}

/** The cost that a field states, or undefined. */
export function statedCost({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): number | undefined {
  const cost = extensions['cost'];
  return typeof cost === 'number' ? cost : undefined;
}
