import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { encodeId } from '../node-id.js';
import { Requires } from '../requires.js';
import { Account } from './account.js';
import { SetAccountInput } from './account-input.js';
import type { AccountService } from './account.service.js';

@Resolver(() => Account)
export class AccountResolver {
  constructor(private readonly accounts: AccountService) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() account: Account): string {
    return encodeId('account', account.id);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, { nullable: true, description: 'The team of a USER; null without one.' })
  team(@Root() account: Account, @Ctx() context: Context): Promise<Account | null> {
    return this.accounts.teamOf(context.operation, account);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'The user of a RUN, as it was said when the RUN was made; null where none was, and for other kinds.',
  })
  user(@Root() account: Account, @Ctx() context: Context): Promise<Account | null> {
    return this.accounts.userOf(context.operation, account);
  }

  @Requires('account.write')
  @Mutation(() => Account, {
    description:
      'Makes or changes an account: its name, its team, whether it is disabled. Requires account.write. Errors: BAD_USER_INPUT, NOT_FOUND (a RUN that has no account: setBudget makes it), FORBIDDEN.',
  })
  setAccount(
    @Arg('input', () => SetAccountInput, { description: 'The account, and what changes of it.' })
    input: SetAccountInput,
    @Ctx() context: Context,
  ): Promise<Account> {
    return this.accounts.set(context.operation, input);
  }
}
