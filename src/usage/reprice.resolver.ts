import { Arg, Ctx, Field, FieldResolver, ID, Int, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { Costs } from '../costs.js';
import { FIRST, PageInfo, type Page } from '../page.js';
import { Requires } from '../requires.js';
import { ApplyRepriceInput, PreviewRepriceInput, RepriceFilter } from './reprice-input.js';
import { RepriceRow, totalOf } from './reprice-row.js';
import { Reprice, RepricePreview, rowsOf } from './reprice.js';
import { repriceIdOf, type RepriceReadingService } from './reprice-reading.service.js';
import type { RepriceService } from './reprice.service.js';

@ObjectType({ description: 'How far a reprice is.' })
class ApplyRepricePayload {
  @Field(() => Reprice, { description: 'The reprice, with what it has done so far, by this call and those before.' })
  reprice!: Reprice;

  @Field(() => Boolean, { description: 'true where all was done before: nothing was looked at again.' })
  replayed!: boolean;
}

@ObjectType({ description: 'One row of a RepriceConnection.' })
class RepriceEdge {
  @Field(() => Reprice, { description: 'The reprice.' })
  node!: Reprice;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of reprices, newest first.' })
class RepriceConnection {
  @Field(() => [RepriceEdge], { description: 'The rows of this page.' })
  edges!: RepriceEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

const ERRORS = 'BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED (without ENABLE_PRICING)';

@Resolver(() => Reprice)
export class RepriceResolver {
  constructor(
    private readonly service: RepriceService,
    private readonly reading: RepriceReadingService,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() reprice: Reprice): string {
    return repriceIdOf(reprice);
  }

  @Requires('usage.preview')
  @Query(() => RepriceConnection, {
    description:
      'Reprices that were begun, newest first. One that is not complete is gone on with by the same applyReprice again: all that it takes is here. Requires usage.preview. Errors: BAD_USER_INPUT, FORBIDDEN.',
  })
  reprices(
    @Ctx() context: Context,
    @Arg('filter', () => RepriceFilter, { nullable: true, description: 'Which reprices; default all.' })
    filter?: RepriceFilter | null,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the last row of the page before.' })
    after?: string | null,
  ): Promise<Page<Reprice>> {
    return this.reading.list(context.operation, filter ?? {}, first, after);
  }

  @Requires('usage.preview')
  @Costs(20_000)
  @Query(() => RepricePreview, {
    description: `What a reprice would do: the calls of a model and a period by the prices that are in force for their instants today, with the markups that they have. Deductions, reversals and what was corrected are not in it. Not for a period with more than 100,000 records, of all models, on its days. Requires usage.preview. Errors: ${ERRORS}.`,
  })
  previewReprice(
    @Arg('input', () => PreviewRepriceInput, { description: 'Which calls.' }) input: PreviewRepriceInput,
    @Ctx() context: Context,
  ): Promise<RepricePreview> {
    return this.service.preview(context.operation, input);
  }

  @Requires('usage.correct')
  @Costs(20_000)
  @Mutation(() => ApplyRepricePayload, {
    description: `Does what previewReprice shows, by the prices that are in force when it begins. A call without a price gets it in place; one that has a price is corrected, by a reversal and a replacement that count where it did. What comes to the same cost and charge is left alone, as is what somebody corrects meanwhile and what a reprice that began later has replaced. A call changes some 2,000 records: until isComplete is true, send the same one again, which goes on where it was, also after a failure. Requires usage.correct. Errors: ${ERRORS}, IDEMPOTENCY_CONFLICT, SERVICE_UNAVAILABLE (send the same key again).`,
  })
  applyReprice(
    @Arg('input', () => ApplyRepriceInput, { description: 'Which calls, and why.' }) input: ApplyRepriceInput,
    @Ctx() context: Context,
  ): Promise<ApplyRepricePayload> {
    return this.service.apply(context.operation, input);
  }

  @FieldResolver(() => Boolean, { description: 'Whether all is done; else the same call again goes on.' })
  isComplete(@Root() { completedAt }: Reprice): boolean {
    return completedAt !== null;
  }

  @FieldResolver(() => [RepriceRow], {
    description: 'What was done so far: one row for each local month with such calls, in their order.',
  })
  rows(@Root() reprice: Reprice): RepriceRow[] {
    return rowsOf(reprice);
  }

  @FieldResolver(() => RepriceRow, { description: 'The sums of all rows.' })
  totals(@Root() reprice: Reprice): RepriceRow {
    return totalOf(rowsOf(reprice));
  }
}
