import { Field, InputType, registerEnumType } from 'type-graphql';
import { DateTimeScalar, LocalDateScalar } from '../scalars.js';
import { TagInput } from './usage-input.js';
import { UsageKind } from './usage-record.js';

export enum UsageGrouping {
  DAY = 'DAY',
  MONTH = 'MONTH',
  MODEL = 'MODEL',
  PROVIDER = 'PROVIDER',
  USER = 'USER',
  TEAM = 'TEAM',
  RUN = 'RUN',
}

registerEnumType(UsageGrouping, {
  name: 'UsageGrouping',
  description: 'What the rows of a summary are told apart by.',
  valuesConfig: {
    DAY: { description: "A local day of the organization's zone." },
    MONTH: { description: "A calendar month of the organization's zone." },
    MODEL: { description: 'A provider and model: as resolved, or as sent while unpriced.' },
    PROVIDER: { description: 'A provider: as resolved, or as sent while unpriced.' },
    USER: { description: 'The user that spent. At most 92 days.' },
    TEAM: { description: 'The team that the spending counted on when it was recorded. At most 92 days.' },
    RUN: { description: 'The agent run or session that a call named. At most 92 days.' },
  },
});

const TEAM_ID =
  'Only usage that counted on this team when it was recorded, its own and that of its users. Not beside userId.';

@InputType({ description: 'Which usage records to list; what is left out does not narrow the list.' })
export class UsageFilter {
  @Field(() => String, { nullable: true, description: "Only usage of this user; the caller's own id of it." })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: TEAM_ID })
  teamId?: string | null;

  @Field(() => String, { nullable: true, description: "Only usage of this run; the caller's own id of it." })
  runId?: string | null;

  @Field(() => String, { nullable: true, description: 'Only usage of this provider, as resolved or as sent.' })
  provider?: string | null;

  @Field(() => String, { nullable: true, description: 'Only usage of this model, as resolved or as sent.' })
  model?: string | null;

  @Field(() => UsageKind, { nullable: true, description: 'Only records of this kind.' })
  kind?: UsageKind | null;

  @Field(() => Boolean, { nullable: true, description: 'true: only records without a price. false: only priced ones.' })
  unpriced?: boolean | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only calls that ran at this instant or later.' })
  from?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Only calls that ran before this instant.' })
  to?: Date | null;

  @Field(() => TagInput, { nullable: true, description: 'Only records with this tag.' })
  tag?: TagInput | null;
}

@InputType({ description: 'Which usage to sum up, and by what.' })
export class UsageSummaryInput {
  @Field(() => LocalDateScalar, { description: 'The first day, of the calendar in the organization’s zone.' })
  from!: string;

  @Field(() => LocalDateScalar, {
    description:
      'The last day, inclusive. With USER, TEAM or RUN, with userId, teamId or runId, and for a MEMBER: at most 92 days in all.',
  })
  to!: string;

  @Field(() => [UsageGrouping], {
    description: 'What the rows are told apart by, in any combination; empty for the totals alone.',
  })
  groupBy!: UsageGrouping[];

  @Field(() => String, { nullable: true, description: "Only usage of this user; the caller's own id of it." })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: TEAM_ID })
  teamId?: string | null;

  @Field(() => String, { nullable: true, description: "Only usage of this run; the caller's own id of it." })
  runId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only usage of this provider, as resolved, or as sent while unpriced.',
  })
  provider?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only usage of this model, as resolved, or as sent while unpriced.',
  })
  model?: string | null;
}
