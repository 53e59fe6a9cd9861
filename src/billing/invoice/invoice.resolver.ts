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
import { Costs } from '../../costs.js';
import { Account } from '../../identity/account.js';
import type { AccountService } from '../../identity/account.service.js';
import { encodeId } from '../../node-id.js';
import { FIRST, PageInfo, type Page } from '../../page.js';
import { Requires } from '../../requires.js';
import { DecimalScalar, LocalDateScalar } from '../../scalars.js';
import { CreateInvoiceInput, InvoiceInput } from './invoice-input.js';
import { Invoice, InvoiceStatus, InvoiceTax } from './invoice.js';
import { InvoiceLine } from './invoice-line.js';
import { Payment } from '../payment/payment.js';
import type { InvoiceReadingService } from './invoice-reading.service.js';
import type { InvoiceService } from './invoice.service.js';
import type { InvoiceStatusService } from './invoice-status.service.js';
import { InvoiceExplanation } from './invoice-explanation.js';
import { openOf } from './amount-due.js';
import { UpcomingInvoice } from './upcoming-invoice.js';
import { CreditNote } from '../credit-note/credit-note.js';
import { CreditUse } from '../credit/credit-grant.js';
import { InvoiceParties } from '../profile/billing-profile.js';
import { PlanSubscription } from '../subscription/plan-subscription.js';
import { addDays, type Day } from '../amount/proration.js';

@ObjectType({ description: 'One row of an InvoiceConnection.' })
class InvoiceEdge {
  @Field(() => Invoice, { description: 'The invoice.' })
  node!: Invoice;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of invoices, newest first.' })
class InvoiceConnection {
  @Field(() => [InvoiceEdge], { description: 'The rows of this page.' })
  edges!: InvoiceEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;
}

@ArgsType()
class InvoicesArgs {
  @Field(() => String, { nullable: true, description: 'Only those of this user.' })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those of this team. Not beside userId.' })
  teamId?: string | null;

  @Field(() => InvoiceStatus, { nullable: true, description: 'Only those of which this has become.' })
  status?: InvoiceStatus | null;

  @Field(() => Int, { nullable: true, description: FIRST })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last row of the page before.' })
  after?: string | null;
}

@Resolver(() => Invoice)
export class InvoiceResolver {
  constructor(
    private readonly service: InvoiceService,
    private readonly statuses: InvoiceStatusService,
    private readonly reading: InvoiceReadingService,
    private readonly accounts: AccountService,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() invoice: Invoice): string {
    return encodeId('invoice', invoice.id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Its number in the organization, from "1" without gaps; null for a draft.',
  })
  number(@Root() { number }: Invoice): string | null {
    return number === null ? null : number.toString();
  }

  @FieldResolver(() => LocalDateScalar, {
    nullable: true,
    description: 'The last day of the period whose usage it has; null for the first invoice.',
  })
  periodLastDay(@Root() { toDay }: Invoice): Day | null {
    return toDay === null ? null : addDays(toDay, -1);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, { description: 'Who pays.' })
  account(@Root() invoice: Invoice, @Ctx() context: Context): Promise<Account> {
    return this.accounts.byId(context.operation, invoice.accountId);
  }

  @Requires('billing.read')
  @FieldResolver(() => PlanSubscription, { description: 'What it is for.' })
  subscription(@Root() invoice: Invoice, @Ctx() context: Context): Promise<PlanSubscription> {
    return this.reading.subscription(context.operation, invoice);
  }

  @FieldResolver(() => [InvoiceLine], { description: 'Its lines.' })
  lines(@Root() invoice: Invoice, @Ctx() context: Context): Promise<InvoiceLine[]> {
    return this.reading.lines(context.operation, invoice);
  }

  @Costs(100)
  @FieldResolver(() => [InvoiceExplanation], {
    description: 'How its lines came to their amounts, down to the usage records behind them.',
  })
  explain(
    @Root() invoice: Invoice,
    @Arg('line', () => Int, { nullable: true, description: 'Only this line, by its number. Left out: all.' })
    line: number | null | undefined,
    @Ctx() context: Context,
  ): Promise<InvoiceExplanation[]> {
    return this.reading.explain(context.operation, invoice, line);
  }

  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description:
      'What was to be paid when it got its number: the total, and what was brought forward, less what credits paid and what is carried forward. null for a draft.',
  })
  amountDue(@Root() { status, duePico }: Invoice): bigint | null {
    return status === InvoiceStatus.DRAFT ? null : duePico;
  }

  @FieldResolver(() => DecimalScalar, {
    nullable: true,
    description: 'What is still to be paid; 0 where it was taken back, null for a draft.',
  })
  amountRemaining(@Root() invoice: Invoice): bigint | null {
    return invoice.status === InvoiceStatus.DRAFT ? null : openOf(invoice);
  }

  @FieldResolver(() => [InvoiceTax], { description: 'Its taxes, by the rates that held when it was made.' })
  taxes(@Root() invoice: Invoice, @Ctx() context: Context): Promise<InvoiceTax[]> {
    return this.reading.taxes(context.operation, invoice);
  }

  @Requires('billing.read')
  @FieldResolver(() => [Payment], {
    description: 'The attempts to collect it and what came in by hand; only what SUCCEEDED came in.',
  })
  payments(@Root() invoice: Invoice, @Ctx() context: Context): Promise<Payment[]> {
    return this.reading.payments(context.operation, invoice);
  }

  @Requires('billing.read')
  @FieldResolver(() => [CreditNote], { description: 'What took back parts of it.' })
  creditNotes(@Root() invoice: Invoice, @Ctx() context: Context): Promise<CreditNote[]> {
    return this.reading.creditNotes(context.operation, invoice);
  }

  @FieldResolver(() => [CreditUse], {
    description: 'What prepaid credits paid of it; none where it was taken back: they have that again.',
  })
  creditUses(@Root() invoice: Invoice, @Ctx() context: Context): Promise<CreditUse[]> {
    return this.reading.creditUses(context.operation, invoice);
  }

  @FieldResolver(() => InvoiceParties, {
    description: 'Whose invoice it is, and to whom: as it was when it got its number; of a draft, as it is.',
  })
  parties(@Root() invoice: Invoice, @Ctx() context: Context): Promise<InvoiceParties> {
    return this.reading.parties(context.operation, invoice);
  }

  @Requires('billing.write')
  @Mutation(() => Invoice, {
    description:
      'Makes the draft of an invoice that is due: the first on the first day of a subscription, with the base fee of its first period; each other after a period, with its usage and the next base fee. A record that is told of later is an adjustment on the next; after the last period one is due where anything came late. Requires billing.write. Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN, INVOICE_STATE (none is due), FEATURE_DISABLED.',
  })
  createInvoice(
    @Arg('input', () => CreateInvoiceInput, { description: 'Of which subscription.' }) input: CreateInvoiceInput,
    @Ctx() context: Context,
  ): Promise<Invoice> {
    return this.service.create(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => Invoice, {
    description:
      'Gives a draft its number: from now on it is to be paid. One that comes to 0 is PAID. Again is no error. Requires billing.write. Errors: NOT_FOUND, FORBIDDEN, INVOICE_STATE, FEATURE_DISABLED.',
  })
  finalizeInvoice(
    @Arg('input', () => InvoiceInput, { description: 'The draft.' }) input: InvoiceInput,
    @Ctx() context: Context,
  ): Promise<Invoice> {
    return this.statuses.finalize(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => Invoice, {
    description:
      'Takes the last invoice of a subscription back, a draft or one that nobody has paid: it can be made anew, with what came meanwhile. Its number is not given again. Again is no error. Requires billing.write. Errors: NOT_FOUND, FORBIDDEN, INVOICE_STATE, FEATURE_DISABLED.',
  })
  voidInvoice(
    @Arg('input', () => InvoiceInput, { description: 'The invoice.' }) input: InvoiceInput,
    @Ctx() context: Context,
  ): Promise<Invoice> {
    return this.statuses.void(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => Invoice, {
    description:
      'Says that nobody expects an open invoice to be paid any more. Again is no error. Requires billing.write. Errors: NOT_FOUND, FORBIDDEN, INVOICE_STATE, FEATURE_DISABLED.',
  })
  markInvoiceUncollectible(
    @Arg('input', () => InvoiceInput, { description: 'The invoice.' }) input: InvoiceInput,
    @Ctx() context: Context,
  ): Promise<Invoice> {
    return this.statuses.giveUp(context.operation, input);
  }

  @Requires('billing.read')
  @Query(() => Invoice, {
    nullable: true,
    description:
      'An invoice; null where there is none of this id. Requires billing.read. Errors: FORBIDDEN, FEATURE_DISABLED.',
  })
  invoice(
    @Arg('id', () => ID, { description: 'Opaque id.' }) id: string,
    @Ctx() context: Context,
  ): Promise<Invoice | null> {
    return this.reading.find(context.operation, id);
  }

  @Requires('billing.read')
  @Query(() => InvoiceConnection, {
    description:
      'Invoices, newest first. Without userId and teamId those of all accounts. Requires billing.read. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  invoices(
    @Args(() => InvoicesArgs) { userId, teamId, status, first, after }: InvoicesArgs,
    @Ctx() context: Context,
  ): Promise<Page<Invoice>> {
    const isOfAll = userId == null && teamId == null;
    return this.reading.list(context.operation, { userId, teamId, status, isOfAll }, first, after);
  }

  @Requires('billing.read')
  @Costs(5_000)
  @Query(() => UpcomingInvoice, {
    description:
      'The next invoice of a subscription as it would be with the usage so far. Where all is invoiced it has no lines. Writes nothing. Requires billing.read. Errors: NOT_FOUND, FORBIDDEN, FEATURE_DISABLED.',
  })
  upcomingInvoice(
    @Arg('subscriptionId', () => ID, { description: 'Opaque id of the subscription.' }) subscriptionId: string,
    @Ctx() context: Context,
  ): Promise<UpcomingInvoice> {
    return this.service.upcoming(context.operation, subscriptionId);
  }
}
