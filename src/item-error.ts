/** Why one item of a batch was refused, as data at its index. */
import { Field, ObjectType } from 'type-graphql';
import type { ErrorReporter } from './errors.js';

@ObjectType({ description: 'Why one item of a batch was refused. It changed nothing.' })
export class ItemError {
  @Field(() => String, { description: 'The same codes as of GraphQL errors.' })
  code!: string;

  @Field(() => String, { description: 'What was wrong and what would be right.' })
  message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'The way to the field that was wrong; null where it is no matter of a field.',
  })
  field!: string[] | null;

  @Field(() => Boolean, { description: 'Whether the same item may succeed when sent again.' })
  retryable!: boolean;
}

export function itemErrorOf(error: Error, report: ErrorReporter): ItemError {
  const { message, code, retryable, field } = report(error);
  return { message, code, retryable, field: field?.map(String) ?? null };
}
