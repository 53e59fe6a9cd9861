import { Field, ObjectType } from 'type-graphql';
import { InvoiceLine } from './invoice-line.js';

@ObjectType({ description: 'How a line of an invoice came to its amount.' })
export class InvoiceExplanation {
  @Field(() => InvoiceLine, { description: 'The line; its `usageRecords` are what it comes from.' })
  line!: InvoiceLine;

  @Field(() => [String], {
    description: 'In words, step by step, from what was kept when the line was made; the last step is its rounding.',
  })
  steps!: string[];
}
