/** The composition root's first half: which tables there are, and which services and resolvers are made of which. */
import type { Logger } from 'pino';
import { Alert } from './alert/alert.js';
import { AlertFeed } from './alert/alert-feed.js';
import { AlertResolver } from './alert/alert.resolver.js';
import { AlertService } from './alert/alert.service.js';
import type { CollectingSettings } from './billing/make-collecting.js';
import { DunningAction } from './billing/profile/dunning-action.js';
import { BILLING_ENTITIES, billingResolvers, makeBilling } from './billing/make-billing.js';
import { BudgetMeter } from './budget/budget-meter.js';
import { Budget } from './budget/budget.js';
import { BudgetPeriod } from './budget/budget-period.js';
import { BudgetPeriodStatusResolver, BudgetResolver, BudgetStatusResolver } from './budget/budget.resolver.js';
import { BudgetService } from './budget/budget.service.js';
import { ExpirySweeper } from './budget/expiry-sweeper.js';
import { Releasing } from './budget/releasing.js';
import { ReservationResolver } from './budget/reservation.resolver.js';
import { ReservationService } from './budget/reservation.service.js';
import { Reserving } from './budget/reserving.js';
import { Reservation, ReservationKey } from './budget/reservation.js';
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
import { AccountDirectory } from './identity/account-directory.js';
import { Account, AccountTeam } from './identity/account.js';
import { AccountResolver } from './identity/account.resolver.js';
import { AccountService } from './identity/account.service.js';
import { ApiKey, Installation } from './identity/api-key.js';
import { ApiKeyResolver } from './identity/api-key.resolver.js';
import { ApiKeyService } from './identity/api-key.service.js';
import { BootstrapService } from './identity/bootstrap.service.js';
import { AlertFeedHead, Organization, OrganizationGate } from './identity/organization.js';
import { OrganizationResolver } from './identity/organization.resolver.js';
import { OrganizationService } from './identity/organization.service.js';
import { ViewerResolver } from './identity/viewer.resolver.js';
import { ViewerService } from './identity/viewer.service.js';
import { Lanes } from './lanes.js';
import { NodeService } from './node.js';
import { NodeResolver } from './node.resolver.js';
import type { ResolverClass } from './schema.js';
import { Correcting } from './usage/correcting.js';
import { CorrectionResolver, RecordCorrectionResolver } from './usage/correction.resolver.js';
import { CorrectionService } from './usage/correction.service.js';
import { LatePricing } from './usage/late-pricing.js';
import { Recording } from './usage/recording.js';
import { Reprice } from './usage/reprice.js';
import { RepriceResolver } from './usage/reprice.resolver.js';
import { RepriceReadingService } from './usage/reprice-reading.service.js';
import { RepriceService } from './usage/reprice.service.js';
import { UsageCorrection } from './usage/usage-correction.js';
import { UsageRecord } from './usage/usage-record.js';
import { UsageResolver } from './usage/usage.resolver.js';
import { UsageReportResolver, UsageSummaryRowResolver } from './usage/usage-report.resolver.js';
import { UsageReportService } from './usage/usage-report.service.js';
import { UsageRollup } from './usage/usage-rollup.js';
import { UsageService } from './usage/usage.service.js';

export const ENTITIES = [
  Organization,
  OrganizationGate,
  AlertFeedHead,
  Account,
  AccountTeam,
  ApiKey,
  Installation,
  CatalogVersion,
  Provider,
  Model,
  Pricing,
  AccountMarkup,
  PriceImport,
  Budget,
  BudgetPeriod,
  Reservation,
  ReservationKey,
  UsageRecord,
  UsageCorrection,
  UsageRollup,
  Reprice,
  ...BILLING_ENTITIES,
  Alert,
];

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
  const identity = makeIdentity(ground, lanes);
  const catalogue = makeCatalogue(ground);
  const feed = new AlertFeed({ writer: database.writer, apiKeys: identity.apiKeys, log });
  const alerts = new AlertService(identity.accounts, feed);
  const wake = (organizationId: string) => feed.wake(organizationId);
  const spending = makeSpending(ground, features, lanes, identity, catalogue, wake);
  const billing = makeBilling({
    orm: database.orm,
    writer: database.writer,
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
  const reports = new UsageReportService(identity.accounts, identity.organizations, catalogue.prices);
  const nodes = new NodeService({
    account: (operation, key) => identity.accounts.findNode(operation, key),
    alert: (operation, key) => alerts.findNode(operation, key),
    apikey: (operation, key) => identity.apiKeys.findNode(operation, key),
    budget: (operation, key) => spending.budgets.findNode(operation, key),
    creditgrant: (operation, key) => billing.credits.findNode(operation, key),
    creditnote: (operation, key) => billing.creditNotes.findNode(operation, key),
    invoice: (operation, key) => billing.invoiceReading.findNode(operation, key),
    model: (operation, key) => catalogue.catalog.modelById(operation, key),
    organization: (operation, key) => identity.organizations.findNode(operation, key),
    payment: (operation, key) => billing.payments.findNode(operation, key),
    paymentmethod: (operation, key) => billing.paymentMethods.findNode(operation, key),
    plan: (operation, key) => billing.plans.findNode(operation, key),
    pricing: (operation, key) => catalogue.catalog.pricingById(operation, key),
    reprice: (operation, key) => spending.repriceReading.findNode(operation, key),
    reservation: (operation, key) => spending.reservations.findNode(operation, key),
    subscription: (operation, key) => billing.subscriptionReading.findNode(operation, key),
    usage: (operation, key) => reports.findNode(operation, key),
  });
  return {
    features,
    reportError,
    lanes,
    ...identity,
    ...catalogue,
    feed,
    alerts,
    ...spending,
    ...billing,
    reports,
    nodes,
  };
}

function collectingSettings(config: Config): CollectingSettings {
  const { stripe, collectIntervalMs, webhookCatchUpIntervalMs, dunningRetriesMs, dunningGraceMs } = config;
  const dunning = { retriesMs: dunningRetriesMs, graceMs: dunningGraceMs, action: DunningAction[config.dunningAction] };
  return { stripe, collectIntervalMs, webhookCatchUpIntervalMs, dunning };
}

function makeIdentity({ config, database, clock }: Ground, lanes: Lanes) {
  const directory = new AccountDirectory(lanes, config.defaultMonthlyBudgetPicoUsd);
  const accounts = new AccountService(directory);
  const apiKeys = new ApiKeyService(database.writer, accounts);
  const organizations = new OrganizationService(apiKeys);
  const bootstrap = new BootstrapService(database.orm, clock, organizations, apiKeys);
  const viewers = new ViewerService(accounts);
  return { directory, accounts, apiKeys, organizations, bootstrap, viewers };
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

function makeSpending(
  { config, database: { writer }, clock, log }: Ground,
  features: ReturnType<typeof featuresOf>,
  lanes: Lanes,
  { directory, apiKeys }: ReturnType<typeof makeIdentity>,
  { prices, estimates }: ReturnType<typeof makeCatalogue>,
  wake: (organizationId: string) => void,
) {
  const { budgetEnforcementSince: since, budgetGraceMs: graceMs } = config;
  const enforcement = { isOn: features.budgetEnforcement, since, graceMs };
  const limits = {
    enforcement,
    defaultLimitPicoUsd: config.defaultMonthlyBudgetPicoUsd,
  };
  const meter = new BudgetMeter({ ...limits, writer, apiKeys, clock, log });
  const budgets = new BudgetService(writer, directory, prices, estimates, limits, wake, meter);
  const reservations = new ReservationService({
    writer,
    lanes,
    reserving: new Reserving(prices, enforcement),
    releasing: new Releasing(),
    prices,
    accounts: directory,
    enforcement,
  });
  const expirySweeper = new ExpirySweeper(writer, lanes, log);
  const settings = { isPricingOn: features.pricing, enforcement };
  const usage = new UsageService({
    writer,
    lanes,
    recording: new Recording(prices, settings, wake, false),
    fittingRecording: new Recording(prices, settings, wake, true),
    prices,
    accounts: directory,
    reservations,
    enforcement,
  });
  const correcting = new Correcting(prices, wake);
  const corrections = new CorrectionService({ writer, lanes, correcting, ...settings });
  const reprices = new RepriceService({ writer, lanes, prices, correcting, wake, isPricingOn: features.pricing });
  const repriceReading = new RepriceReadingService(writer);
  const latePricing = new LatePricing(writer, lanes, prices, log, features.pricing, wake);
  prices.onNewPricing(() => void latePricing.sweep());
  return { meter, budgets, reservations, expirySweeper, usage, corrections, reprices, repriceReading, latePricing };
}

/** Also used to print the schema, where no service is ever called. */
export function makeResolvers(services: Services): Map<ResolverClass, object> {
  return new Map<ResolverClass, object>([
    [OrganizationResolver, new OrganizationResolver(services.organizations, services.features)],
    [ViewerResolver, new ViewerResolver(services.viewers)],
    [AccountResolver, new AccountResolver(services.accounts)],
    [ApiKeyResolver, new ApiKeyResolver(services.apiKeys)],
    [ModelResolver, new ModelResolver(services.catalog)],
    [PricingResolver, new PricingResolver(services.pricings)],
    [EstimateResolver, new EstimateResolver(services.estimates)],
    [CatalogImportResolver, new CatalogImportResolver(services.imports)],
    [AlertResolver, new AlertResolver(services.alerts)],
    [BudgetResolver, new BudgetResolver(services.budgets, services.accounts)],
    [BudgetPeriodStatusResolver, new BudgetPeriodStatusResolver(services.accounts)],
    [BudgetStatusResolver, new BudgetStatusResolver(services.accounts)],
    [ReservationResolver, new ReservationResolver(services.reservations, services.accounts, services.reportError)],
    [UsageReportResolver, new UsageReportResolver(services.reports)],
    [UsageSummaryRowResolver, new UsageSummaryRowResolver(services.reports)],
    ...billingResolvers(services),
    [NodeResolver, new NodeResolver(services.nodes)],
    [CorrectionResolver, new CorrectionResolver(services.corrections)],
    [RecordCorrectionResolver, new RecordCorrectionResolver(services.corrections)],
    [RepriceResolver, new RepriceResolver(services.reprices, services.repriceReading)],
    [UsageResolver, new UsageResolver(services.usage, services.reportError)],
  ]);
}
