import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { Context } from '../../context.js';
import { Requires } from '../../requires.js';
import { Invoice } from '../invoice/invoice.js';
import type { InvoiceReadingService } from '../invoice/invoice-reading.service.js';
import { CreateCreditNoteInput } from './credit-note-input.js';
import { CreditNote } from './credit-note.js';
import type { CreditNoteService } from './credit-note.service.js';
import { encodeId } from '../../node-id.js';

@Resolver(() => CreditNote)
export class CreditNoteResolver {
  constructor(
    private readonly service: CreditNoteService,
    private readonly invoices: InvoiceReadingService,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() { id }: CreditNote): string {
    return encodeId('creditnote', id);
  }

  @FieldResolver(() => String, {
    description: 'Its number: credit notes of the organization have numbers of their own, from 1 without gaps.',
  })
  number(@Root() { number }: CreditNote): string {
    return number.toString();
  }

  @Requires('billing.read')
  @FieldResolver(() => Invoice, { description: 'What it takes back a part of.' })
  invoice(@Root() { invoiceId }: CreditNote, @Ctx() context: Context): Promise<Invoice> {
    return this.invoices.byId(context.operation, invoiceId);
  }

  @Requires('billing.write')
  @Mutation(() => CreditNote, {
    description:
      'Takes back a part of an invoice that has its number. What is still to be paid is reduced first; the rest is refunded, or becomes prepaid credit. What a processor collected it gives back, the newest payments first: see the refunds of the credit note, PENDING where it has not said so yet; what was paid by hand goes back by hand. Money that the processor cannot give back becomes prepaid credit. Never more than its total, and no more is refunded than was paid. Requires billing.write. Errors: BAD_USER_INPUT, NOT_FOUND, FORBIDDEN, INVOICE_STATE (a draft, or void), IDEMPOTENCY_CONFLICT, FEATURE_DISABLED.',
  })
  createCreditNote(
    @Arg('input', () => CreateCreditNoteInput, { description: 'Of which invoice, and how much.' })
    input: CreateCreditNoteInput,
    @Ctx() context: Context,
  ): Promise<CreditNote> {
    return this.service.create(context.operation, input);
  }
}
