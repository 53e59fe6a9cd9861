import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../../context.js';
import { Account } from '../../identity/account.js';
import type { AccountService } from '../../identity/account.service.js';
import { encodeId } from '../../node-id.js';
import { FIRST, PageInfo, type Page } from '../../page.js';
import { Requires } from '../../requires.js';
import { DecimalScalar } from '../../scalars.js';
import { Invoice } from '../invoice/invoice.js';
import type { InvoiceReadingService } from '../invoice/invoice-reading.service.js';
import { CreditGrant, CreditUse } from './credit-grant.js';
import { CreditGrantInput, GrantCreditInput } from './credit-input.js';
import type { CreditBalance as Balance, CreditService } from './credit.service.js';

@ObjectType({
  description:
    'The prepaid credit of an account in a currency. What was granted is what was consumed, expired, was voided and remains.',
})
class CreditBalance {
  @Field(() => String, { description: 'ISO 4217 code.' })
  currency!: string;

  @Field(() => DecimalScalar, { name: 'granted', description: 'The sum of all grants.' })
  grantedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'consumed', description: 'What invoices that stand have taken.' })
  consumedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'expired', description: 'What was left when it expired, and did not stay.' })
  expiredPico!: bigint;

  @Field(() => DecimalScalar, { name: 'voided', description: 'What was left when it was taken back.' })
  voidedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'remaining', description: 'What invoices can still take.' })
  remainingPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'expiring',
    description: 'Of what remains: what expires within the days that were asked for, if no invoice takes it.',
  })
  expiringPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'notInvoiced',
    description:
      'The charges of the account that are on no invoice with a number yet, in the currency by its plan’s rate, half-even to 12 places; 0 without a subscription. What fees, tiers, included credit and taxes make of them: see upcomingInvoice.',
  })
  notInvoicedPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'available',
    description: 'What remains less what is not invoiced; below 0 where more was used than is there.',
  })
  availablePico!: bigint;
}

@ObjectType({ description: 'One row of a CreditGrantConnection.' })
class CreditGrantEdge {
  @Field(() => CreditGrant, { description: 'The grant.' })
  node!: CreditGrant;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of grants, newest first.' })
class CreditGrantConnection {
  @Field(() => [CreditGrantEdge], { description: 'The rows of this page.' })
  edges!: CreditGrantEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

@ArgsType()
class CreditBalanceArgs {
  @Field(() => String, { nullable: true, description: 'The user. Without userId and teamId: the organization.' })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'The team. Not beside userId.' })
  teamId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'ISO 4217 code. Left out: that of the account’s latest subscription, else "USD".',
  })
  currency?: string | null;

  @Field(() => Int, { defaultValue: 30, description: 'For `expiring`: days from now, 0 to 3660.' })
  withinDays!: number;
}

@ArgsType()
class CreditGrantsArgs {
  @Field(() => String, { nullable: true, description: 'Only those of this user.' })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those of this team. Not beside userId.' })
  teamId?: string | null;

  @Field(() => Int, { nullable: true, description: FIRST })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last row of the page before.' })
  after?: string | null;
}

@Resolver(() => CreditGrant)
export class CreditResolver {
  constructor(
    private readonly service: CreditService,
    private readonly accounts: AccountService,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() { id }: CreditGrant): string {
    return encodeId('creditgrant', id);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, { description: 'Whose credit it is.' })
  account(@Root() { accountId }: CreditGrant, @Ctx() context: Context): Promise<Account> {
    return this.accounts.byId(context.operation, accountId);
  }

  @FieldResolver(() => DecimalScalar, { description: 'What it can still pay.' })
  remaining(@Root() grant: CreditGrant, @Ctx() context: Context): Promise<bigint> {
    return this.service.remaining(context.operation, grant);
  }

  @FieldResolver(() => [CreditUse], { description: 'What invoices took of it, those that were taken back too.' })
  uses(@Root() grant: CreditGrant, @Ctx() context: Context): Promise<CreditUse[]> {
    return this.service.uses(context.operation, grant);
  }

  @Requires('billing.write')
  @Mutation(() => CreditGrant, {
    description:
      'Gives an account prepaid credit, once for each idempotency key. Requires billing.write. Errors: BAD_USER_INPUT, FORBIDDEN, IDEMPOTENCY_CONFLICT, FEATURE_DISABLED.',
  })
  grantCredit(
    @Arg('input', () => GrantCreditInput, { description: 'To whom, and how much.' }) input: GrantCreditInput,
    @Ctx() context: Context,
  ): Promise<CreditGrant> {
    return this.service.grant(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => CreditGrant, {
    description:
      'Takes back what is left of a grant; what invoices took stays paid. Again is no error. Requires billing.write. Errors: NOT_FOUND, FORBIDDEN, FEATURE_DISABLED.',
  })
  voidCreditGrant(
    @Arg('input', () => CreditGrantInput, { description: 'Which.' }) { creditGrantId }: CreditGrantInput,
    @Ctx() context: Context,
  ): Promise<CreditGrant> {
    return this.service.void(context.operation, creditGrantId);
  }

  @Requires('billing.read')
  @Query(() => CreditBalance, {
    description:
      'What an account has of prepaid credit in a currency. Requires billing.read. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  creditBalance(@Args(() => CreditBalanceArgs) args: CreditBalanceArgs, @Ctx() context: Context): Promise<Balance> {
    return this.service.balance(context.operation, args);
  }

  @Requires('billing.read')
  @Query(() => CreditGrantConnection, {
    description:
      'Grants of prepaid credit, newest first. Without userId and teamId those of all accounts. Requires billing.read. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  creditGrants(
    @Args(() => CreditGrantsArgs) { userId, teamId, first, after }: CreditGrantsArgs,
    @Ctx() context: Context,
  ): Promise<Page<CreditGrant>> {
    const isOfAll = userId == null && teamId == null;
    return this.service.list(context.operation, { userId, teamId, isOfAll }, first, after);
  }
}

@Resolver(() => CreditUse)
export class CreditUseResolver {
  constructor(
    private readonly service: CreditService,
    private readonly invoices: InvoiceReadingService,
  ) {}

  @Requires('billing.read')
  @FieldResolver(() => CreditGrant, { description: 'Of which grant.' })
  grant(@Root() { grantId }: CreditUse, @Ctx() context: Context): Promise<CreditGrant> {
    return this.service.byId(context.operation, grantId);
  }

  @Requires('billing.read')
  @FieldResolver(() => Invoice, { description: 'What it paid of.' })
  invoice(@Root() { invoiceId }: CreditUse, @Ctx() context: Context): Promise<Invoice> {
    return this.invoices.byId(context.operation, invoiceId);
  }
}
