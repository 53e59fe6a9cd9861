import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { Requires } from '../requires.js';
import { DateTimeScalar } from '../scalars.js';
import type { Revocation, TokenService } from './token.service.js';

@InputType({ description: 'Which tokens of the organization are called back.' })
class RevokeTokensInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Whose: what stands in the token as "sub", 1 to 255 printable characters. Left out or null: those of all.',
  })
  subject?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Those that were issued ("iat") before this instant, at most 60 seconds ahead. Left out or null: before now.',
  })
  issuedBefore?: Date | null;
}

@ObjectType({ description: 'Tokens that were called back.' })
class RevokeTokensPayload {
  @Field(() => String, { nullable: true, description: 'Whose tokens; null: those of all.' })
  subject!: string | null;

  @Field(() => DateTimeScalar, {
    description: 'What was issued before this instant is refused. It never moves back.',
  })
  revokedBefore!: Date;
}

@Resolver()
export class TokenResolver {
  constructor(private readonly tokens: TokenService) {}

  @Requires('key.write')
  @Mutation(() => RevokeTokensPayload, {
    description:
      'Calls tokens back, such as those of a person who left: every server refuses them within 5 seconds, and closes their sockets with 4403. Tokens that are issued from then on are taken. Requires key.write. Errors: BAD_USER_INPUT, FORBIDDEN.',
  })
  revokeTokens(
    @Arg('input', () => RevokeTokensInput, { description: 'Which tokens.' }) input: RevokeTokensInput,
    @Ctx() context: Context,
  ): Promise<Revocation> {
    return this.tokens.revoke(context.operation, input);
  }
}
