import { Field, ID, InputType } from 'type-graphql';
import { DateTimeScalar } from '../scalars.js';
import { AuditSubject } from './audit-entry.js';

@InputType({ description: 'Which audit entries; what is left out does not matter.' })
export class AuditFilter {
  @Field(() => Boolean, {
    nullable: true,
    description:
      "true: those of the price catalogue, which belongs to all organizations, in place of the organization's own.",
  })
  catalogue?: boolean | null;

  @Field(() => AuditSubject, { nullable: true, description: 'About this kind of thing.' })
  subject?: string | null;

  @Field(() => ID, { nullable: true, description: 'About the thing with this opaque id.' })
  subjectId?: string | null;

  @Field(() => ID, { nullable: true, description: 'By this API key: its opaque id.' })
  apiKeyId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'From this instant on.' })
  from?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Before this instant.' })
  to?: Date | null;
}
