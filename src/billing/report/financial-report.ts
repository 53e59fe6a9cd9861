import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar, LocalDateScalar } from '../../scalars.js';
import type { Day } from '../amount/proration.js';
import { FinancialCurrency } from './financial-currency.js';
import { FinancialModelUsage, FinancialUsage } from './financial-usage.js';

@ObjectType({
  description:
    'A month for whoever closes its books. What was invoiced, paid and open stays as it is once the month is over, whatever is paid or taken back later. Usage does not: what comes late, is corrected or gets its price later changes it.',
})
export class FinancialReport {
  @Field(() => String, { description: 'The month, such as "2026-06".' })
  month!: string;

  @Field(() => LocalDateScalar, { description: 'Its first day.' })
  firstDay!: Day;

  @Field(() => LocalDateScalar, { description: 'Its last day.' })
  lastDay!: Day;

  @Field(() => DateTimeScalar, { description: 'Its first instant.' })
  startsAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Its end, which is the first instant of the next month.' })
  endsAt!: Date;

  @Field(() => Boolean, { description: 'Whether it is over: only then it is final.' })
  isOver!: boolean;

  @Field(() => FinancialUsage, { description: 'All usage of its days.' })
  usage!: FinancialUsage;

  @Field(() => [FinancialModelUsage], {
    description: 'The same by model, the most expensive first; the first 10,000 where there are more.',
  })
  models!: FinancialModelUsage[];

  @Field(() => [FinancialCurrency], {
    description: 'By currency, in order of the code; those in which nothing happened and nothing is open are left out.',
  })
  currencies!: FinancialCurrency[];
}
