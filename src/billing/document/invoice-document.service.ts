import { Organization } from '../../identity/organization.js';
import { authorize } from '../../identity/permission.js';
import type { Operation } from '../../operation.js';
import type { InvoiceReadingService } from '../invoice/invoice-reading.service.js';
import type { Invoice } from '../invoice/invoice.js';
import { documentOf, type InvoiceDocument } from './invoice-document.js';
import { lineText, type DocumentLine } from './line-text.js';
import { opens, type PageAddresses, type PageToken } from './page-address.js';
import { PaymentStatus } from '../payment/payment-status.js';

const LINES_AT_ONCE = 50;

export class InvoiceDocumentService {
  constructor(
    private readonly invoices: InvoiceReadingService,
    private readonly addresses: PageAddresses,
  ) {}

  /** null where there is no such invoice, and where the key is another's. */
  async find(operation: Operation, token: PageToken): Promise<InvoiceDocument | null> {
    authorize(operation, 'billing.read');
    const invoice = await this.invoices.findNode(operation, token.invoiceId);
    if (!opens(token, invoice) || !invoice) return null;
    const em = await operation.em();
    const { zone } = await em.findOneOrFail(Organization, { organizationId: invoice.organizationId });
    return documentOf({
      invoice,
      zone,
      lines: await this.#lines(operation, invoice),
      taxes: await this.invoices.taxes(operation, invoice),
      payments: (await this.invoices.payments(operation, invoice)).filter(
        ({ status }) => status === PaymentStatus.SUCCEEDED,
      ),
      creditNotes: await this.invoices.creditNotes(operation, invoice),
      parties: await this.invoices.parties(operation, invoice),
    });
  }

  /** In parts, since ten thousand at once would hold up all others for as long as it takes to read them. */
  async #lines(operation: Operation, invoice: Invoice): Promise<DocumentLine[]> {
    const texts: DocumentLine[] = [];
    for (let last = 0; ;) {
      const lines = await this.invoices.linesAfter(operation, invoice, last, LINES_AT_ONCE);
      texts.push(...lines.map((line) => lineText(line, invoice)));
      last = lines.at(-1)?.line ?? last;
      if (lines.length < LINES_AT_ONCE) return texts;
    }
  }

  pageUrl(operation: Operation, invoice: Invoice): string | null {
    authorize(operation, 'billing.read');
    return this.addresses.pageOf(invoice);
  }

  pdfUrl(operation: Operation, invoice: Invoice): string | null {
    authorize(operation, 'billing.read');
    return this.addresses.pdfOf(invoice);
  }
}
