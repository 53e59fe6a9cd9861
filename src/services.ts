/** The composition root's first half: which tables there are, and which services and resolvers are made of which. */
import type { Logger } from 'pino';
import { Alert } from './alert/alert.js';
import { AlertFeed } from './alert/alert-feed.js';
import { AlertResolver } from './alert/alert.resolver.js';
import { AlertService } from './alert/alert.service.js';
import { AuditEntry, AuditHead } from './audit/audit-entry.js';
import { AuditResolver } from './audit/audit.resolver.js';
import { AuditService } from './audit/audit.service.js';
import { AuditSubscriber } from './audit/audit-subscriber.js';
import type { CollectingSettings } from './billing/make-collecting.js';
import { DunningAction } from './billing/profile/dunning-action.js';
import { BILLING_ENTITIES, billingResolvers, makeBilling } from './billing/make-billing.js';
import { CatalogImportResolver } from './catalog/catalog-import.resolver.js';
import { CatalogImportService } from './catalog/catalog-import.service.js';
import { CatalogService } from './catalog/catalog.service.js';
import { EstimateResolver } from './catalog/estimate.resolver.js';
import { EstimateService } from './catalog/estimate.service.js';
import { AccountMarkup } from './catalog/account-markup.js';
import { Model } from './catalog/model.js';
import { ModelResolver } from './catalog/model.resolver.js';
import { PriceBook } from './catalog/price-book.js';
import { CatalogVersion, PriceImport } from './catalog/price-import.js';
import { PriceRefresh } from './catalog/price-refresh.js';
import { Pricing } from './catalog/pricing.js';
import { PricingResolver } from './catalog/pricing.resolver.js';
import { PricingService } from './catalog/pricing.service.js';
import { Provider } from './catalog/provider.js';
import type { Clock } from './clock.js';
import type { Config } from './config.js';
import type { Database } from './database.js';
import { errorReporter } from './errors.js';
import { EncryptionKeyRow } from './encryption/encryption-key.js';
import { IDENTITY_ENTITIES, identityResolvers, makeIdentity } from './identity/make-identity.js';
import { Lanes } from './lanes.js';
import { authorize } from './identity/permission.js';
import { NodeService, type FindNode } from './node.js';
import type { NodeTag } from './node-id.js';
import { NodeResolver } from './node.resolver.js';
import { RateLimitRow } from './door/rate-limit-row.js';
import type { ResolverClass } from './schema.js';
import { makeSpending, SPENDING_ENTITIES, spendingResolvers } from './usage/make-spending.js';

export const ENTITIES = [
  ...IDENTITY_ENTITIES,
  AuditEntry,
  AuditHead,
  CatalogVersion,
  Provider,
  Model,
  Pricing,
  AccountMarkup,
  PriceImport,
  ...SPENDING_ENTITIES,
  ...BILLING_ENTITIES,
  Alert,
  RateLimitRow,
  EncryptionKeyRow,
];

/** What the audit trail is written by. */
export const SUBSCRIBERS = [new AuditSubscriber()];

/** Which parts of the installation are switched on. The only place that reads the flags. */
function featuresOf(config: Config) {
  return {
    pricing: config.enablePricing,
    budgetEnforcement: config.enableBudgetEnforcement,
    billing: config.enableBilling,
  };
}

export type Services = ReturnType<typeof makeServices>;

/** What every service stands on. */
interface Ground {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
}

export function makeServices(config: Config, database: Database, clock: Clock, log: Logger) {
  const ground = { config, database, clock, log };
  const features = featuresOf(config);
  const reportError = errorReporter(log);
  const lanes = new Lanes(database.writer, config.lanes);
  const { orm, writer } = database;
  const { defaultMonthlyBudgetPicoUsd, tokens } = config;
  const identity = makeIdentity({ orm, writer, clock, lanes, log, tokens, defaultMonthlyBudgetPicoUsd });
  const catalogue = makeCatalogue(ground);
  const feed = new AlertFeed({ writer, admission: identity.admission, log });
  const alerts = new AlertService(identity.accounts, feed);
  const wake = (organizationId: string) => feed.wake(organizationId);
  const { budgetEnforcementSince: since, budgetGraceMs: graceMs } = config;
  const spending = makeSpending({
    writer,
    clock,
    log,
    lanes,
    identity,
    prices: catalogue.prices,
    estimates: catalogue.estimates,
    isPricingOn: features.pricing,
    enforcement: { isOn: features.budgetEnforcement, since, graceMs },
    defaultLimitPicoUsd: defaultMonthlyBudgetPicoUsd,
    wake,
  });
  const billing = makeBilling({
    orm,
    writer,
    clock,
    log,
    accounts: identity.directory,
    prices: catalogue.prices,
    isOn: features.billing,
    intervalMs: config.invoiceIntervalMs,
    maxLinesPerDay: config.maxInvoiceLinesPerDay,
    report: reportError,
    publicUrl: config.publicUrl,
    settings: collectingSettings(config),
    wake,
  });
  const audit = new AuditService();
  const nodes = makeNodes({ ...identity, audit, ...catalogue, alerts, ...spending, ...billing });
  return {
    features,
    reportError,
    lanes,
    ...identity,
    audit,
    ...catalogue,
    feed,
    alerts,
    ...spending,
    ...billing,
    nodes,
  };
}

/** How each type is found by its opaque id. */
function makeNodes(services: Omit<Services, 'nodes' | 'features' | 'reportError' | 'lanes' | 'feed'>): NodeService {
  const finders = {
    account: (operation, key) => services.accounts.findNode(operation, key),
    alert: (operation, key) => services.alerts.findNode(operation, key),
    auditentry: (operation, key) => services.audit.findNode(operation, key),
    apikey: (operation, key) => services.apiKeys.findNode(operation, key),
    budget: (operation, key) => services.budgets.findNode(operation, key),
    creditgrant: (operation, key) => services.credits.findNode(operation, key),
    creditnote: (operation, key) => services.creditNotes.findNode(operation, key),
    invoice: (operation, key) => services.invoiceReading.findNode(operation, key),
    model: (operation, key) => services.catalog.modelById(operation, key),
    organization: (operation, key) => services.organizations.findNode(operation, key),
    payment: (operation, key) => services.payments.findNode(operation, key),
    paymentmethod: (operation, key) => services.paymentMethods.findNode(operation, key),
    plan: (operation, key) => services.plans.findNode(operation, key),
    pricing: (operation, key) => services.catalog.pricingById(operation, key),
    reprice: (operation, key) => services.repriceReading.findNode(operation, key),
    reservation: (operation, key) => services.reservations.findNode(operation, key),
    subscription: (operation, key) => services.subscriptionReading.findNode(operation, key),
    usage: (operation, key) => services.reports.findNode(operation, key),
  } satisfies Record<NodeTag, FindNode>;
  return new NodeService(finders, (operation) => authorize(operation, 'viewer.read'));
}

function collectingSettings(config: Config): CollectingSettings {
  const { stripe, collectIntervalMs, webhookCatchUpIntervalMs, dunningRetriesMs, dunningGraceMs } = config;
  const dunning = { retriesMs: dunningRetriesMs, graceMs: dunningGraceMs, action: DunningAction[config.dunningAction] };
  return { stripe, collectIntervalMs, webhookCatchUpIntervalMs, dunning };
}

function makeCatalogue({ config, database, clock, log }: Ground) {
  const prices = new PriceBook(database.writer);
  const catalog = new CatalogService(prices);
  const update = {
    url: config.pricingUpdateUrl,
    intervalMs: config.pricingUpdateUrl === undefined ? 0 : config.pricingUpdateIntervalMs,
    timeoutMs: config.pricingUpdateTimeoutMs,
  };
  const imports = new CatalogImportService(database.writer, clock, prices, update, log);
  return {
    prices,
    catalog,
    pricings: new PricingService(prices),
    estimates: new EstimateService(catalog),
    imports,
    priceRefresh: new PriceRefresh(imports, update.intervalMs, log),
  };
}

/** Also used to print the schema, where no service is ever called. */
export function makeResolvers(services: Services): Map<ResolverClass, object> {
  return new Map<ResolverClass, object>([
    ...identityResolvers(services, services.features),
    [AuditResolver, new AuditResolver(services.audit)],
    [ModelResolver, new ModelResolver(services.catalog)],
    [PricingResolver, new PricingResolver(services.pricings)],
    [EstimateResolver, new EstimateResolver(services.estimates)],
    [CatalogImportResolver, new CatalogImportResolver(services.imports)],
    [AlertResolver, new AlertResolver(services.alerts)],
    ...spendingResolvers(services),
    ...billingResolvers(services),
    [NodeResolver, new NodeResolver(services.nodes)],
  ]);
}
