import { Field, InputType } from 'type-graphql';
import { AccountKind } from './account.js';

@InputType({ description: 'A new or changed account; a RUN can only be changed. What is left out stays as it is.' })
export class SetAccountInput {
  @Field(() => AccountKind, {
    description: 'Its level. A TEAM or USER is made where it is new; a RUN is made by setBudget alone.',
  })
  kind!: AccountKind;

  @Field(() => String, {
    defaultValue: '',
    description: "The caller's id of the account, 1 to 255 printable characters; empty for the organization.",
  })
  externalId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Display name, 1 to 200 characters, no card number; null removes it.',
  })
  name?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: reservations are denied from now on. false: allowed again.',
  })
  disabled?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Moves a USER to this team, made where it is new; null takes it out of its team. What was recorded before stays with the old team.',
  })
  teamId?: string | null;
}
