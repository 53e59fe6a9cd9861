import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../context.js';
import { Invoice } from '../invoice/invoice.js';
import type { InvoiceDocumentService } from './invoice-document.service.js';

@Resolver(() => Invoice)
export class InvoiceDocumentResolver {
  constructor(private readonly documents: InvoiceDocumentService) {}

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Its page. Whoever knows the address may see it, without a key: hand it to who pays. Begins with PUBLIC_URL; null for invoices from before there were pages.',
  })
  pageUrl(@Root() invoice: Invoice, @Ctx() context: Context): string | null {
    return this.documents.pageUrl(context.operation, invoice);
  }

  @FieldResolver(() => String, { nullable: true, description: 'The same as a PDF.' })
  pdfUrl(@Root() invoice: Invoice, @Ctx() context: Context): string | null {
    return this.documents.pdfUrl(context.operation, invoice);
  }
}
