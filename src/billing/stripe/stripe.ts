/** Collects with Stripe. The only place that knows of it: what it answers leaves this folder in the shapes of processor.ts. */
import Stripe from 'stripe';
import type { StripeConfig } from '../../config.js';
import type { Currency } from '../amount/currency.js';
import {
  ProcessorError,
  type CollectingProcessor,
  type CustomerOwner,
  type EventSubject,
  type MethodSetup,
  type PaymentBounds,
  type PaymentOrder,
  type ProcessorAction,
  type ProcessorDispute,
  type ProcessorEvent,
  type ProcessorMethod,
  type ProcessorPayment,
  type ProcessorRefund,
  type RefundOrder,
} from '../payment/processor.js';
import { ask, askAll, askFor, isReplay, PAGE, processorErrorOf } from './stripe-calls.js';
import { boundsOf, minorUnitsAtStripe } from './stripe-currency.js';
import { openCustomer, ownerOf } from './stripe-customers.js';
import { eventOf, readSignedEvent, subjectOfKind } from './stripe-events.js';
import {
  disputeOf,
  methodOf,
  paymentMetadataOf,
  paymentOf,
  refOf,
  refundMetadataOf,
  refundOf,
  secondsOf,
  type StripeFailure,
} from './stripe-objects.js';

/** A payment as the call answered it: done, or declined. */
interface Answered {
  readonly intent: Stripe.PaymentIntent;
  readonly failure: StripeFailure | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

export class StripeProcessor implements CollectingProcessor {
  readonly name = 'stripe';
  readonly isLive: boolean;
  readonly #stripe: Stripe;
  readonly #webhookSecrets: readonly string[];

  constructor({ secretKey, webhookSecrets, apiUrl, timeoutMs }: StripeConfig) {
    this.isLive = /^[rs]k_live_/.test(secretKey);
    this.#webhookSecrets = webhookSecrets;
    this.#stripe = new Stripe(secretKey, {
      ...addressOf(apiUrl),
      apiVersion: Stripe.API_VERSION,
      timeout: timeoutMs,
      // Whoever asks knows when to ask again. The SDK still asks once more when a connection breaks, under the same key.
      maxNetworkRetries: 0,
      telemetry: false,
    });
  }

  bounds(currency: Currency): PaymentBounds | undefined {
    return boundsOf(currency);
  }

  minorUnits(currency: Currency, amountPico: bigint): bigint {
    const units = minorUnitsAtStripe(currency, amountPico);
    if (units !== undefined) return units;
    throw new ProcessorError('REFUSED', 'amount_not_payable', `Stripe takes no such amount of ${currency.code}.`);
  }

  openCustomer(owner: CustomerOwner): Promise<string> {
    return openCustomer(this.#stripe.customers, owner);
  }

  ownerOf(customerRef: string): Promise<CustomerOwner | undefined> {
    return ownerOf(this.#stripe.customers, customerRef);
  }

  async startSetup(customerRef: string): Promise<MethodSetup> {
    const setup = await ask(() =>
      this.#stripe.setupIntents.create({
        customer: customerRef,
        usage: 'off_session',
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      }),
    );
    if (setup.client_secret !== null) return { ref: setup.id, clientSecret: setup.client_secret };
    throw new ProcessorError('UNAVAILABLE', 'unexpected_answer', 'Stripe made a setup that nobody can confirm.');
  }

  async methodOfSetup(setupRef: string): Promise<ProcessorMethod | undefined> {
    const setup = await askFor(() => this.#stripe.setupIntents.retrieve(setupRef));
    const methodRef = setup?.status === 'succeeded' ? refOf(setup.payment_method) : undefined;
    return methodRef === undefined ? undefined : this.readMethod(methodRef);
  }

  async readMethod(methodRef: string): Promise<ProcessorMethod | undefined> {
    const method = await askFor(() => this.#stripe.paymentMethods.retrieve(methodRef));
    return method && methodOf(method);
  }

  methodsOf(customerRef: string): AsyncIterable<ProcessorMethod> {
    return askAll(() => this.#stripe.customers.listPaymentMethods(customerRef, PAGE), methodOf);
  }

  async removeMethod(methodRef: string): Promise<void> {
    try {
      await ask(() => this.#stripe.paymentMethods.detach(methodRef));
    } catch (error) {
      const fault = processorErrorOf(error);
      if (fault.fault !== 'REFUSED' || (await this.readMethod(methodRef))?.customerRef !== undefined) throw fault;
    }
  }

  async pay(order: PaymentOrder, key: string): Promise<ProcessorPayment> {
    const { intent, failure, headers } = await this.#sendPayment(order, key);
    const answered = paymentOf(intent, failure);
    // Under a known key Stripe answers what it answered at first, whatever has become of the payment since.
    return isReplay(headers) ? ((await this.readPayment(answered.ref)) ?? answered) : answered;
  }

  async readPayment(paymentRef: string): Promise<ProcessorPayment | undefined> {
    const intent = await this.#intent(paymentRef);
    return intent && paymentOf(intent);
  }

  paymentsOf(customerRef: string): AsyncIterable<ProcessorPayment> {
    return askAll(() => this.#stripe.paymentIntents.list({ customer: customerRef, ...PAGE }), paymentOf);
  }

  async cancelPayment(paymentRef: string): Promise<ProcessorPayment> {
    try {
      return paymentOf(await ask(() => this.#stripe.paymentIntents.cancel(paymentRef)));
    } catch (error) {
      const fault = processorErrorOf(error);
      if (fault.reason !== 'payment_intent_unexpected_state') throw fault;
      const payment = await this.readPayment(paymentRef);
      if (payment) return payment;
      throw fault;
    }
  }

  async actionOf(paymentRef: string): Promise<ProcessorAction | undefined> {
    const intent = await this.#intent(paymentRef);
    if (!intent?.client_secret) return undefined;
    const { status, methodRef } = paymentOf(intent);
    return status === 'REQUIRES_ACTION' ? { clientSecret: intent.client_secret, methodRef } : undefined;
  }

  async refund({ paymentRef, minorUnits, place }: RefundOrder, key: string): Promise<ProcessorRefund> {
    const refund = await ask(() =>
      this.#stripe.refunds.create(
        { payment_intent: paymentRef, amount: amountOf(minorUnits), metadata: refundMetadataOf(place) },
        { idempotencyKey: key },
      ),
    );
    const answered = refundOf(refund);
    return isReplay(refund.lastResponse.headers) ? ((await this.readRefund(refund.id)) ?? answered) : answered;
  }

  async readRefund(refundRef: string): Promise<ProcessorRefund | undefined> {
    const refund = await askFor(() => this.#stripe.refunds.retrieve(refundRef));
    return refund && refundOf(refund);
  }

  refundsOf(paymentRef: string): AsyncIterable<ProcessorRefund> {
    return askAll(() => this.#stripe.refunds.list({ payment_intent: paymentRef, ...PAGE }), refundOf);
  }

  async readDispute(disputeRef: string): Promise<ProcessorDispute | undefined> {
    const dispute = await askFor(() => this.#stripe.disputes.retrieve(disputeRef));
    return dispute && disputeOf(dispute);
  }

  disputesOf(paymentRef: string): AsyncIterable<ProcessorDispute> {
    return askAll(() => this.#stripe.disputes.list({ payment_intent: paymentRef, ...PAGE }), disputeOf);
  }

  async paymentOfCharge(chargeRef: string): Promise<string | undefined> {
    return refOf((await askFor(() => this.#stripe.charges.retrieve(chargeRef)))?.payment_intent);
  }

  allPayments(since: Date): AsyncIterable<ProcessorPayment> {
    return askAll(() => this.#stripe.paymentIntents.list(pagesSince(since)), paymentOf);
  }

  allRefunds(since: Date): AsyncIterable<ProcessorRefund> {
    return askAll(() => this.#stripe.refunds.list(pagesSince(since)), refundOf);
  }

  allDisputes(since: Date): AsyncIterable<ProcessorDispute> {
    return askAll(() => this.#stripe.disputes.list(pagesSince(since)), disputeOf);
  }

  readEvent(body: Buffer, signature: string | undefined, now: Date): ProcessorEvent {
    return readSignedEvent(this.#stripe.webhooks, this.#webhookSecrets, body, signature, now);
  }

  eventsSince(since: Date): AsyncIterable<ProcessorEvent> {
    return askAll(
      () => this.#stripe.events.list(pagesSince(since)),
      (listed) => {
        const event = eventOf(listed);
        if (event) return event;
        throw new ProcessorError('UNAVAILABLE', 'unexpected_answer', 'Stripe listed what is no event.');
      },
    );
  }

  subjectOf(kind: string): EventSubject | undefined {
    return subjectOfKind(kind);
  }

  #intent(paymentRef: string): Promise<Stripe.PaymentIntent | undefined> {
    return askFor(() => this.#stripe.paymentIntents.retrieve(paymentRef));
  }

  async #sendPayment(order: PaymentOrder, idempotencyKey: string): Promise<Answered> {
    const asked: Stripe.PaymentIntentCreateParams = {
      amount: amountOf(order.minorUnits),
      currency: order.currency.toLowerCase(),
      customer: order.customerRef,
      payment_method: order.methodRef,
      confirm: true,
      off_session: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      metadata: paymentMetadataOf(order.place),
    };
    try {
      const intent = await this.#stripe.paymentIntents.create(asked, { idempotencyKey });
      return { intent, failure: undefined, headers: intent.lastResponse.headers };
    } catch (error) {
      const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
      const isDecline = error instanceof StripeCardError || error instanceof StripeInvalidRequestError;
      if (!isDecline || !error.payment_intent) throw processorErrorOf(error);
      return { intent: error.payment_intent, failure: error, headers: error.headers };
    }
  }
}

function addressOf(apiUrl: string | undefined): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  if (apiUrl === undefined) return {};
  const { protocol, hostname, port } = new URL(apiUrl);
  const isPlain = protocol === 'http:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isPlain ? 80 : 443) : Number(port),
    protocol: isPlain ? 'http' : 'https',
  };
}

function pagesSince(since: Date): { created: { gte: number }; limit: number } {
  return { created: { gte: secondsOf(since) }, ...PAGE };
}

function amountOf(minorUnits: string): number {
  const amount = /^\d{1,15}$/.test(minorUnits) ? Number(minorUnits) : 0;
  if (amount > 0) return amount;
  throw new ProcessorError('REFUSED', 'parameter_invalid_integer', 'The amount must be whole minor units, above 0.');
}
