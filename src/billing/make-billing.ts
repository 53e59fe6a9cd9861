/** Billing put together: its tables, and which services and resolvers are made of which. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { PriceBook } from '../catalog/price-book.js';
import type { Clock } from '../clock.js';
import type { ErrorReporter } from '../errors.js';
import type { AccountDirectory } from '../identity/account-directory.js';
import type { AccountService } from '../identity/account.service.js';
import type { ResolverClass } from '../schema.js';
import { BillingCycle } from './invoice/billing-cycle.js';
import { Invoice, InvoiceCounter, InvoiceTax } from './invoice/invoice.js';
import { InvoiceLine } from './invoice/invoice-line.js';
import { PayNow } from './collecting/pay-now.js';
import { makeCollecting, type CollectingSettings } from './make-collecting.js';
import { CreditGrant, CreditUse } from './credit/credit-grant.js';
import { CreditResolver, CreditUseResolver } from './credit/credit.resolver.js';
import { CreditService } from './credit/credit.service.js';
import { CreditNote } from './credit-note/credit-note.js';
import { CreditNoteResolver } from './credit-note/credit-note.resolver.js';
import { CreditNoteService } from './credit-note/credit-note.service.js';
import { invoiceDoor } from './document/invoice-door.js';
import { InvoiceDocumentResolver } from './document/invoice-document.resolver.js';
import { InvoiceDocumentService } from './document/invoice-document.service.js';
import { PageAddresses } from './document/page-address.js';
import { PdfPrinter } from './document/pdf-printer.js';
import { InvoiceStatusService } from './invoice/invoice-status.service.js';
import { Payment } from './payment/payment.js';
import { PaymentLimit } from './payment/payment-limit.js';
import { Processors } from './payment/processors.js';
import { ErasureResolver } from './erasure/erasure.resolver.js';
import { ErasureService } from './erasure/erasure.service.js';
import { MethodFingerprint, PaymentMethod, ProcessorCustomer } from './payment-method/payment-method.js';
import { MethodOfPaymentResolver, PaymentMethodResolver } from './payment-method/payment-method.resolver.js';
import { PaymentMethodService } from './payment-method/payment-method.service.js';
import { PaymentResolver } from './payment/payment.resolver.js';
import { PaymentService } from './payment/payment.service.js';
import { BillingProfile } from './profile/billing-profile.js';
import { BillingProfileResolver } from './profile/profile.resolver.js';
import { BillingProfileService } from './profile/profile.service.js';
import { InvoiceLineResolver } from './invoice/invoice-line.resolver.js';
import { InvoiceResolver } from './invoice/invoice.resolver.js';
import { InvoiceReadingService } from './invoice/invoice-reading.service.js';
import { InvoiceService } from './invoice/invoice.service.js';
import { Plan } from './plan/plan.js';
import { PlanResolver } from './plan/plan.resolver.js';
import { PlanService } from './plan/plan.service.js';
import { FinancialReportResolver } from './report/financial-report.resolver.js';
import { FinancialReportService } from './report/financial-report.service.js';
import { PlanSubscription, SubscriptionTerms } from './subscription/plan-subscription.js';
import { SubscriptionPhaseResolver, SubscriptionResolver } from './subscription/subscription.resolver.js';
import { RefundReadingService } from './refund/refund-reading.service.js';
import { NoteRefundResolver, PaymentRefundResolver } from './refund/refund.resolver.js';
import { Dispute, Refund } from './refund/refund.js';
import { SubscriptionReadingService } from './subscription/subscription-reading.service.js';
import { makeWebhooks } from './webhook/make-webhooks.js';
import { WebhookEvent, WebhookMark } from './webhook/webhook-event.js';
import { WebhookEventResolver } from './webhook/webhook-event.resolver.js';
import { SubscriptionService } from './subscription/subscription.service.js';

export const BILLING_ENTITIES = [
  Plan,
  PlanSubscription,
  SubscriptionTerms,
  Invoice,
  InvoiceLine,
  InvoiceTax,
  InvoiceCounter,
  CreditGrant,
  CreditUse,
  CreditNote,
  BillingProfile,
  Payment,
  PaymentLimit,
  PaymentMethod,
  MethodFingerprint,
  ProcessorCustomer,
  Refund,
  Dispute,
  WebhookEvent,
  WebhookMark,
];

interface BillingGround {
  readonly orm: MikroORM;
  readonly writer: Pool;
  readonly clock: Clock;
  readonly log: Logger;
  readonly accounts: AccountDirectory;
  readonly prices: PriceBook;
  readonly isOn: boolean;
  readonly report: ErrorReporter;
  /** Where the server is seen from outside; undefined: where it listens. */
  readonly publicUrl: string | undefined;
  /** How often due invoices are made; 0: only by hand. */
  readonly intervalMs: number;
  readonly settings: CollectingSettings;
  /** Tells who waits for alerts of an organization. */
  readonly wake: (organizationId: string) => void;
  /** Of one subscription. */
  readonly maxLinesPerDay: number;
}

export function makeBilling(ground: BillingGround) {
  const { orm, writer, clock, log, accounts, prices, isOn, intervalMs, report, publicUrl } = ground;
  const subscriptions = new SubscriptionService(accounts, prices, isOn);
  const collecting = makeCollecting({ ...ground, subscriptions });
  const webhooks = makeWebhooks({ ...ground, collecting });
  const processors = new Processors(collecting?.processor);
  const publishableKey = ground.settings.stripe?.publishableKey;
  const statuses = new InvoiceStatusService(processors, isOn);
  const invoices = new InvoiceService(statuses, ground.maxLinesPerDay, isOn);
  const invoiceReading = new InvoiceReadingService(isOn);
  const invoiceAddresses = new PageAddresses(publicUrl);
  const documents = new InvoiceDocumentService(invoiceReading, invoiceAddresses);
  const printer = new PdfPrinter();
  return {
    plans: new PlanService(isOn),
    subscriptions,
    subscriptionReading: new SubscriptionReadingService(isOn),
    invoices,
    invoiceStatuses: statuses,
    payments: new PaymentService(collecting?.processor, publishableKey, isOn),
    payNow: new PayNow(collecting, isOn),
    collectingJob: collecting?.job,
    webhooks,
    webhookEvents: webhooks.events,
    paymentMethods: new PaymentMethodService(accounts, collecting?.methods, publishableKey, isOn),
    credits: new CreditService(accounts, isOn),
    creditNotes: new CreditNoteService(collecting?.refunder, isOn),
    refundReading: new RefundReadingService(),
    profiles: new BillingProfileService(accounts, isOn),
    invoiceReading,
    invoiceAddresses,
    invoiceDocuments: documents,
    invoiceDoor: invoiceDoor({ orm, clock, documents, printer, report, isOn }),
    printer,
    financialReports: new FinancialReportService(isOn),
    erasure: new ErasureService(accounts, collecting?.processor),
    billingCycle: new BillingCycle(orm, writer, clock, invoices, isOn ? intervalMs : 0, log),
  };
}

export function billingResolvers(
  services: ReturnType<typeof makeBilling> & { readonly accounts: AccountService },
): [ResolverClass, object][] {
  return [
    [PlanResolver, new PlanResolver(services.plans)],
    [
      SubscriptionResolver,
      new SubscriptionResolver(services.subscriptions, services.subscriptionReading, services.accounts),
    ],
    [SubscriptionPhaseResolver, new SubscriptionPhaseResolver(services.plans)],
    [
      InvoiceResolver,
      new InvoiceResolver(services.invoices, services.invoiceStatuses, services.invoiceReading, services.accounts),
    ],
    [InvoiceDocumentResolver, new InvoiceDocumentResolver(services.invoiceDocuments)],
    [PaymentResolver, new PaymentResolver(services.payments, services.payNow)],
    [WebhookEventResolver, new WebhookEventResolver(services.webhookEvents)],
    [PaymentMethodResolver, new PaymentMethodResolver(services.paymentMethods, services.accounts)],
    [MethodOfPaymentResolver, new MethodOfPaymentResolver(services.paymentMethods)],
    [CreditResolver, new CreditResolver(services.credits, services.accounts)],
    [CreditUseResolver, new CreditUseResolver(services.credits, services.invoiceReading)],
    [CreditNoteResolver, new CreditNoteResolver(services.creditNotes, services.invoiceReading)],
    [PaymentRefundResolver, new PaymentRefundResolver(services.refundReading)],
    [NoteRefundResolver, new NoteRefundResolver(services.refundReading)],
    [BillingProfileResolver, new BillingProfileResolver(services.profiles, services.accounts)],
    [InvoiceLineResolver, new InvoiceLineResolver(services.invoiceReading)],
    [ErasureResolver, new ErasureResolver(services.erasure)],
    [FinancialReportResolver, new FinancialReportResolver(services.financialReports)],
  ];
}
