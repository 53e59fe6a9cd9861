/** What collects money, put together: nothing of it where no processor is set, for then all is paid by hand. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { StripeConfig } from '../config.js';
import { Booking } from './collecting/booking.js';
import { CollectingJob } from './collecting/collecting-job.js';
import { Collector } from './collecting/collector.js';
import { PaymentMirror } from './collecting/payment-mirror.js';
import { Dunning, type DunningTerms } from './collecting/dunning.js';
import { Enforcing } from './collecting/enforcing.js';
import { MethodKeeping } from './payment-method/method-keeping.js';
import { MethodMirror } from './payment-method/method-mirror.js';
import { Refunder } from './refund/refunder.js';
import { Disputes, RefundedPayments, Refunds } from './refund/refunds.js';
import { StripeProcessor } from './stripe/stripe.js';
import type { SubscriptionService } from './subscription/subscription.service.js';
import type { Mirrors } from './webhook/event-mirror.js';

export interface CollectingSettings {
  readonly stripe: StripeConfig | undefined;
  readonly collectIntervalMs: number;
  readonly webhookCatchUpIntervalMs: number;
  readonly dunning: DunningTerms;
}

interface CollectingGround {
  readonly orm: MikroORM;
  readonly writer: Pool;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: CollectingSettings;
  readonly isOn: boolean;
  /** Tells who waits for alerts of an organization. */
  readonly wake: (organizationId: string) => void;
  readonly subscriptions: SubscriptionService;
}

export function makeCollecting({ orm, writer, clock, log, settings, isOn, wake, subscriptions }: CollectingGround) {
  if (!settings.stripe) return undefined;
  const processor = new StripeProcessor(settings.stripe);
  const dunning = new Dunning(settings.dunning, wake);
  const booking = new Booking(processor, dunning);
  const payments = new PaymentMirror(orm, clock, processor, booking, log);
  const collector = new Collector(orm, clock, processor, booking, dunning, log);
  const enforcing = new Enforcing(orm, clock, settings.dunning.action);
  const methods = new MethodKeeping(processor, subscriptions, wake);
  const methodMirror = new MethodMirror(orm, writer, clock, methods);
  const refunder = new Refunder(orm, clock, processor, log);
  const refunded = new RefundedPayments(orm, clock, processor, (payment) => payments.mirror(payment));
  const refunds = new Refunds(orm, clock, refunded);
  const disputes = new Disputes(orm, clock, refunded);
  const workers = {
    invoicesToCollect: (organizationId: string, id: string) => collector.collect(organizationId, id),
    paymentsToLookAfter: (organizationId: string, id: string) => collector.followDue(organizationId, id),
    refundsToLookAfter: (organizationId: string, id: string) => refunder.followDue(organizationId, id),
    invoicesToEnforce: (organizationId: string, id: string) => enforcing.enforce(organizationId, id),
  };
  const job = new CollectingJob(writer, workers, isOn ? settings.collectIntervalMs : 0, log);
  const mirrors: Mirrors = {
    payment: (payment) => payments.mirror(payment),
    refund: (refund) => refunds.mirror(refund),
    dispute: (dispute) => disputes.mirror(dispute),
    method: (method) => methodMirror.mirror(method),
    customer: (customerRef) => methodMirror.mirrorCustomer(customerRef),
  };
  return { processor, collector, refunder, methods, job, mirrors };
}
