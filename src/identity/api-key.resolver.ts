import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../context.js';
import { encodeId } from '../node-id.js';
import { Role } from '../principal.js';
import { Requires } from '../requires.js';
import { ApiKey } from './api-key.js';
import type { ApiKeyService, IssuedApiKey } from './api-key.service.js';

@InputType({ description: 'A new API key.' })
class CreateApiKeyInput {
  @Field(() => String, { description: 'What it is for, 1 to 200 characters, no card number.' })
  name!: string;

  @Field(() => [Role], { description: 'What it may do. MEMBER stands alone and needs an account.' })
  roles!: Role[];

  @Field(() => String, { nullable: true, description: 'Binds a MEMBER key to this user.' })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'Binds a MEMBER key to this team.' })
  teamId?: string | null;
}

@ObjectType({ description: 'A key that was just made.' })
class CreateApiKeyPayload {
  @Field(() => ApiKey, { description: 'What is stored of it.' })
  apiKey!: ApiKey;

  @Field(() => String, { description: 'The key itself. It is shown this once and stored nowhere.' })
  value!: string;
}

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  constructor(private readonly service: ApiKeyService) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() apiKey: ApiKey): string {
    return encodeId('apikey', apiKey.id);
  }

  @Requires('key.read')
  @Query(() => [ApiKey], {
    description: 'All API keys of the organization, oldest first, revoked ones included. Requires key.read.',
  })
  apiKeys(@Ctx() context: Context): Promise<ApiKey[]> {
    return this.service.list(context.operation);
  }

  @Requires('key.write')
  @Mutation(() => CreateApiKeyPayload, {
    description:
      'Makes an API key of the organization; its value is in the answer and never again. Requires key.write. Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN.',
  })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'The key.' }) input: CreateApiKeyInput,
    @Ctx() context: Context,
  ): Promise<IssuedApiKey> {
    const { userId, teamId } = input;
    return this.service.create(context.operation, {
      name: input.name,
      roles: input.roles,
      account: userId == null && teamId == null ? undefined : { userId, teamId },
    });
  }

  @Requires('key.write')
  @Mutation(() => ApiKey, {
    description:
      'Revokes a key: every server refuses it within 5 seconds. Again is no error. Requires key.write. Errors: NOT_FOUND, FORBIDDEN.',
  })
  revokeApiKey(
    @Arg('id', () => ID, { description: 'Opaque id of the key.' }) id: string,
    @Ctx() context: Context,
  ): Promise<ApiKey> {
    return this.service.revoke(context.operation, id);
  }
}
