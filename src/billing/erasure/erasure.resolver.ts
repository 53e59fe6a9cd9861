import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../context.js';
import { Account } from '../../identity/account.js';
import { Requires } from '../../requires.js';
import { EraseAccountInput } from './erasure-input.js';
import type { ErasureService } from './erasure.service.js';

@Resolver(() => Account)
export class ErasureResolver {
  constructor(private readonly service: ErasureService) {}

  @Requires('account.erase')
  @Mutation(() => Account, {
    description:
      'Takes what is personal from a USER for good: external id (a pseudonym stands in its place), name, billing profile, payment methods (also at the processor), the buyer on its invoices, references of its payments. Usage, budgets, invoices and payments stay with their amounts. The account is disabled, its API keys are revoked; servers forget the id within 5 seconds, and who names it after that means a new user. It cannot be undone. Requires account.erase (ADMIN). Errors: BAD_USER_INPUT (also where it is no USER), NOT_FOUND, FORBIDDEN, SERVICE_UNAVAILABLE where the processor gives no answer: nothing is erased then, ask again.',
  })
  eraseAccount(
    @Arg('input', () => EraseAccountInput, { description: 'The account.' }) input: EraseAccountInput,
    @Ctx() context: Context,
  ): Promise<Account> {
    return this.service.erase(context.operation, input);
  }
}
