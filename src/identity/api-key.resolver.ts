import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
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
import { DateTimeScalar } from '../scalars.js';
import { ApiKey } from './api-key.js';
import type { ApiKeyService, IssuedApiKey } from './api-key.service.js';

@InputType({ description: 'A new API key.' })
class CreateApiKeyInput {
  @Field(() => String, { description: 'What it is for, 1 to 200 characters, no card number.' })
  name!: string;

  @Field(() => [Role], { description: 'What it may do. MEMBER stands alone and needs an account.' })
  roles!: Role[];

  @Field(() => [String], {
    nullable: true,
    description:
      'Narrows its roles to these permissions, of those that viewer.permissions lists for them, such as "usage.write"; a key that asks for what it may not is FORBIDDEN. Left out or null: all of them.',
  })
  scopes?: string[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'From this instant on it is refused; later than now, and not after the end of the key that makes it. Left out or null: it has no end.',
  })
  expiresAt?: Date | null;

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

@InputType({ description: 'A key that is to be exchanged for a new one.' })
class RotateApiKeyInput {
  @Field(() => ID, { description: 'Opaque id of the key that is to end.' })
  apiKeyId!: string;

  @Field(() => Int, {
    defaultValue: 86_400,
    description: 'For how many seconds the old key works on beside the new one, 0 to 2592000 (30 days).',
  })
  overlapSeconds!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'The end of the new key: later than now, and not after that of the key that asks. null: none. It can be left out where the old key has no end.',
  })
  expiresAt?: Date | null;
}

@ObjectType({ description: 'A key that was exchanged.' })
class RotateApiKeyPayload {
  @Field(() => ApiKey, { description: 'What is stored of the new key.' })
  apiKey!: ApiKey;

  @Field(() => String, { description: 'The new key itself. It is shown this once and stored nowhere.' })
  value!: string;

  @Field(() => ApiKey, { description: 'The old key, with the end that it has now.' })
  replaced!: ApiKey;
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
    description:
      'All API keys of the organization, oldest first, revoked and expired ones included. Requires key.read.',
  })
  apiKeys(@Ctx() context: Context): Promise<ApiKey[]> {
    return this.service.list(context.operation);
  }

  @Requires('key.write')
  @Mutation(() => CreateApiKeyPayload, {
    description:
      'Makes an API key of the organization; its value is in the answer and never again. It can be given no more than the caller may do. Requires key.write. Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN (also for what the caller may not do itself).',
  })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'The key.' }) input: CreateApiKeyInput,
    @Ctx() context: Context,
  ): Promise<IssuedApiKey> {
    const { userId, teamId } = input;
    return this.service.create(context.operation, {
      name: input.name,
      roles: input.roles,
      scopes: input.scopes,
      expiresAt: input.expiresAt,
      account: userId == null && teamId == null ? undefined : { userId, teamId },
    });
  }

  @Requires('key.write')
  @Mutation(() => RotateApiKeyPayload, {
    description:
      'Exchanges a key for a new one of the same name, roles, scopes and account; its value is in the answer and never again. The old one works on for the overlap, and never longer than it would have. Requires key.write. Errors: BAD_USER_INPUT (also for a key that works no longer), NOT_FOUND, FORBIDDEN (also for a key that may do what the caller may not).',
  })
  rotateApiKey(
    @Arg('input', () => RotateApiKeyInput, { description: 'The key, and how it ends.' }) input: RotateApiKeyInput,
    @Ctx() context: Context,
  ): Promise<RotateApiKeyPayload> {
    return this.service.rotate(context.operation, input);
  }

  @Requires('key.write')
  @Mutation(() => ApiKey, {
    description:
      'Revokes a key: every server refuses it within 5 seconds, and closes its sockets with 4403. Again is no error. Requires key.write. Errors: NOT_FOUND, FORBIDDEN.',
  })
  revokeApiKey(
    @Arg('id', () => ID, { description: 'Opaque id of the key.' }) id: string,
    @Ctx() context: Context,
  ): Promise<ApiKey> {
    return this.service.revoke(context.operation, id);
  }
}
