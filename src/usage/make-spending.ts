/** Spending put together, budgets and usage: their tables, and which services and resolvers are made of which. */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { BudgetMeter } from '../budget/budget-meter.js';
import { Budget } from '../budget/budget.js';
import { BudgetPeriod } from '../budget/budget-period.js';
import { BudgetPeriodStatusResolver, BudgetResolver, BudgetStatusResolver } from '../budget/budget.resolver.js';
import { BudgetService } from '../budget/budget.service.js';
import type { EnforcementSettings } from '../budget/budget-status.js';
import { ExpirySweeper } from '../budget/expiry-sweeper.js';
import { Releasing } from '../budget/releasing.js';
import { ReservationResolver } from '../budget/reservation.resolver.js';
import { ReservationService } from '../budget/reservation.service.js';
import { Reserving } from '../budget/reserving.js';
import { Reservation, ReservationKey } from '../budget/reservation.js';
import type { EstimateService } from '../catalog/estimate.service.js';
import type { PriceBook } from '../catalog/price-book.js';
import type { Clock } from '../clock.js';
import type { ErrorReporter } from '../errors.js';
import type { IdentityServices } from '../identity/make-identity.js';
import type { Lanes } from '../lanes.js';
import type { ResolverClass } from '../schema.js';
import { Correcting } from './correcting.js';
import { CorrectionResolver, RecordCorrectionResolver } from './correction.resolver.js';
import { CorrectionService } from './correction.service.js';
import { LatePricing } from './late-pricing.js';
import { Recording } from './recording.js';
import { Reprice } from './reprice.js';
import { RepriceResolver } from './reprice.resolver.js';
import { RepriceReadingService } from './reprice-reading.service.js';
import { RepriceService } from './reprice.service.js';
import { UsageCorrection } from './usage-correction.js';
import { UsageDigest, UsageDigestHead } from './usage-digest.js';
import { UsageRecord } from './usage-record.js';
import { UsageResolver } from './usage.resolver.js';
import { UsageReportResolver, UsageSummaryRowResolver } from './usage-report.resolver.js';
import { UsageReportService } from './usage-report.service.js';
import { UsageRollup } from './usage-rollup.js';
import { UsageService } from './usage.service.js';

export const SPENDING_ENTITIES = [
  Budget,
  BudgetPeriod,
  Reservation,
  ReservationKey,
  UsageRecord,
  UsageCorrection,
  UsageRollup,
  UsageDigest,
  UsageDigestHead,
  Reprice,
];

/** What spending stands on. */
export interface SpendingGround {
  readonly writer: Pool;
  readonly clock: Clock;
  readonly log: Logger;
  readonly lanes: Lanes;
  readonly identity: IdentityServices;
  readonly prices: PriceBook;
  readonly estimates: EstimateService;
  readonly isPricingOn: boolean;
  readonly enforcement: EnforcementSettings;
  /** A MONTH, HARD budget for each user that is made; undefined: none. */
  readonly defaultLimitPicoUsd: bigint | undefined;
  /** Called when an organization has new alerts. */
  readonly wake: (organizationId: string) => void;
}

export type SpendingServices = ReturnType<typeof makeSpending>;

export function makeSpending(ground: SpendingGround) {
  const { writer, clock, log, lanes, identity, prices, estimates, enforcement, isPricingOn, wake } = ground;
  const { directory, admission } = identity;
  const limits = { enforcement, defaultLimitPicoUsd: ground.defaultLimitPicoUsd };
  const meter = new BudgetMeter({ ...limits, writer, admission, clock, log });
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
  const settings = { isPricingOn, enforcement };
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
  const reprices = new RepriceService({ writer, lanes, prices, correcting, wake, isPricingOn });
  const repriceReading = new RepriceReadingService(writer);
  const latePricing = new LatePricing(writer, lanes, prices, log, isPricingOn, wake);
  prices.onNewPricing(() => void latePricing.sweep());
  const reports = new UsageReportService(identity.accounts, identity.organizations, prices);
  return {
    meter,
    budgets,
    reservations,
    expirySweeper,
    usage,
    corrections,
    reprices,
    repriceReading,
    latePricing,
    reports,
  };
}

export function spendingResolvers(
  services: SpendingServices & IdentityServices & { readonly reportError: ErrorReporter },
): [ResolverClass, object][] {
  return [
    [BudgetResolver, new BudgetResolver(services.budgets, services.accounts)],
    [BudgetPeriodStatusResolver, new BudgetPeriodStatusResolver(services.accounts)],
    [BudgetStatusResolver, new BudgetStatusResolver(services.accounts)],
    [ReservationResolver, new ReservationResolver(services.reservations, services.accounts, services.reportError)],
    [UsageReportResolver, new UsageReportResolver(services.reports)],
    [UsageSummaryRowResolver, new UsageSummaryRowResolver(services.reports)],
    [CorrectionResolver, new CorrectionResolver(services.corrections)],
    [RecordCorrectionResolver, new RecordCorrectionResolver(services.corrections)],
    [RepriceResolver, new RepriceResolver(services.reprices, services.repriceReading)],
    [UsageResolver, new UsageResolver(services.usage, services.reportError)],
  ];
}
