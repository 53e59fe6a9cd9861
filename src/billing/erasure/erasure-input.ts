import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'Who is to be erased: exactly one of both.' })
export class EraseAccountInput {
  @Field(() => String, { nullable: true, description: 'The user, 1 to 255 characters, by the id that will be gone.' })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Opaque id of the account, which stays: by it, again is no error.' })
  account?: string | null;
}
