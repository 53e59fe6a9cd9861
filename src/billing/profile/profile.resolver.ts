import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../context.js';
import { Account } from '../../identity/account.js';
import type { AccountService } from '../../identity/account.service.js';
import { Requires } from '../../requires.js';
import { BillingProfile } from './billing-profile.js';
import { SetBillingProfileInput } from './profile-input.js';
import type { BillingProfileService } from './profile.service.js';
import { TaxTerms } from './tax.js';

@Resolver(() => BillingProfile)
export class BillingProfileResolver {
  constructor(
    private readonly service: BillingProfileService,
    private readonly accounts: AccountService,
  ) {}

  @Requires('account.read')
  @FieldResolver(() => Account, { description: 'Whose invoices.' })
  account(@Root() { accountId }: BillingProfile, @Ctx() context: Context): Promise<Account> {
    return this.accounts.byId(context.operation, accountId);
  }

  @FieldResolver(() => TaxTerms, { nullable: true, description: 'Of its own; null where it has none.' })
  taxes(@Root() profile: BillingProfile, @Ctx() context: Context): Promise<TaxTerms | null> {
    return this.service.taxes(context.operation, profile);
  }

  @FieldResolver(() => TaxTerms, {
    nullable: true,
    description:
      'What its next invoice is taxed by: its own, else those of its team, else of the organization; null where nobody has any.',
  })
  taxesInForce(@Root() profile: BillingProfile, @Ctx() context: Context): Promise<TaxTerms | null> {
    return this.service.taxesInForce(context.operation, profile);
  }

  @Requires('billing.write')
  @Mutation(() => BillingProfile, {
    description:
      'Says what stands on the invoices of an account (name, address, tax number, taxes), and what is done where one cannot be collected. Invoices that have their number stay as they are. Requires billing.write. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  setBillingProfile(
    @Arg('input', () => SetBillingProfileInput, { description: 'The account, and what changes.' })
    input: SetBillingProfileInput,
    @Ctx() context: Context,
  ): Promise<BillingProfile> {
    return this.service.set(context.operation, input);
  }

  @Requires('billing.read')
  @Query(() => BillingProfile, {
    nullable: true,
    description:
      'What stands on the invoices of an account; null where nothing was said. Without userId and teamId: of the organization. Requires billing.read. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  billingProfile(
    @Arg('userId', () => String, { nullable: true, description: 'The user.' }) userId: string | null | undefined,
    @Arg('teamId', () => String, { nullable: true, description: 'The team. Not beside userId.' })
    teamId: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<BillingProfile | null> {
    return this.service.find(context.operation, { userId, teamId });
  }
}
