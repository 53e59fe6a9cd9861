import { Ctx, FieldResolver, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { Requires } from '../requires.js';
import { Account } from './account.js';
import { ApiKey } from './api-key.js';
import { Viewer } from './organization.resolver.js';
import type { ViewerService } from './viewer.service.js';

@Resolver(() => Viewer)
export class ViewerResolver {
  constructor(private readonly viewers: ViewerService) {}

  @Requires('viewer.read')
  @FieldResolver(() => ApiKey, { nullable: true, description: 'The API key that asks; null where a token does.' })
  apiKey(@Ctx() context: Context): Promise<ApiKey | null> {
    return this.viewers.apiKey(context.operation);
  }

  @Requires('viewer.read')
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'The account that a MEMBER is bound to: it sees this and those below. Null for all other roles.',
  })
  account(@Ctx() context: Context): Promise<Account | null> {
    return this.viewers.account(context.operation);
  }
}
