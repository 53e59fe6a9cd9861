import { Field, InputType } from 'type-graphql';
import { DateTimeScalar, DecimalScalar } from '../scalars.js';

const PROVIDER = 'The provider of the model, as priced records have it, 1 to 255 characters.';
const MODEL = 'The model, as priced records have it and not by another name of it, 1 to 255 characters.';
const FROM = 'Calls that ran at this instant or later.';
const TO = 'Calls that ran before this instant; after from.';

@InputType({ description: 'The calls that a reprice would be of.' })
export class PreviewRepriceInput {
  @Field(() => String, { description: PROVIDER })
  provider!: string;

  @Field(() => String, { description: MODEL })
  model!: string;

  @Field(() => DateTimeScalar, { description: FROM })
  from!: Date;

  @Field(() => DateTimeScalar, { description: TO })
  to!: Date;
}

@InputType({ description: 'Which reprices: those for which all that is given here holds.' })
export class RepriceFilter {
  @Field(() => String, { nullable: true, description: 'Only those of this provider, as they name it.' })
  provider?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those of this model, as they name it.' })
  model?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only those of which all is done; false: only those of which something is left.',
  })
  isComplete?: boolean | null;
}

@InputType({ description: 'The calls that are repriced, and why.' })
export class ApplyRepriceInput {
  @Field(() => String, {
    description:
      'The caller’s own key of the reprice, 1 to 255 printable characters. The same call again goes on with it.',
  })
  idempotencyKey!: string;

  @Field(() => String, { description: PROVIDER })
  provider!: string;

  @Field(() => String, { description: MODEL })
  model!: string;

  @Field(() => DateTimeScalar, { description: FROM })
  from!: Date;

  @Field(() => DateTimeScalar, { description: TO })
  to!: Date;

  @Field(() => String, {
    description: 'Why, 1 to 200 printable characters, no card number; kept with each correction for good.',
  })
  reason!: string;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'USD: the chargeDifference of the totals that previewReprice showed. The reprice is not begun where it would come to another by now. Then the period is no longer than one that can be previewed. Default: it is begun whatever it comes to.',
  })
  expectedChargeDifference?: bigint | null;
}
