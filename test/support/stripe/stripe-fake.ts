/**
 * Stripe for tests: a server that answers as Stripe documents it, keeps what it is told, and fails when it is asked to. It
 * knows what charging saved cards needs; any other path or parameter is refused, as one that Stripe does not know. Of the
 * many events that Stripe makes it makes those that an endpoint of such a product is set up for.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { StripeAccount, type State } from './account.js';
import { ApiDoor, type Asked } from './api-door.js';
import type { CardChoice, Outcome } from './bank.js';
import { customerRoutes } from './customers.js';
import { closeDispute, disputeRoutes, openDispute } from './disputes.js';
import { eventRoutes, signed, type Delivery } from './events.js';
import { Faults, type Match } from './faults.js';
import { expand } from './form.js';
import type { Dispute, PaymentMethod, Refund, StripeEvent } from './objects.js';
import { paymentIntentRoutes } from './payment-intents.js';
import { paymentMethodRoutes, replaceCard } from './payment-methods.js';
import { authenticate, finish } from './payments.js';
import { createRefund, finishRefund, refundRoutes } from './refunds.js';
import { route, type Route } from './routes.js';
import { completeSetup, createSetup, failSetupAuthentication, setupIntentRoutes } from './setup-intents.js';

export interface StripeFakeOptions {
  /** Of the webhook endpoint; several while one is being replaced. */
  readonly secrets?: readonly string[];
  readonly apiKey?: string;
  /** The time in ms since 1970. */
  readonly clock?: () => number;
}

export class StripeFake {
  /** Where the API is, without a slash at the end. */
  readonly url: string;
  readonly #door: ApiDoor;
  readonly #faults: Faults;
  readonly #account: StripeAccount;

  static async open(options: StripeFakeOptions = {}): Promise<StripeFake> {
    const mark = randomBytes(5).toString('hex');
    const { secrets = [`whsec_${mark}`], apiKey = `sk_test_${mark}`, clock = Date.now } = options;
    const account = new StripeAccount(mark, clock);
    const faults = new Faults();
    const accountId = `acct_${mark}`;
    const door = new ApiDoor(account, apiKey, routesOf(accountId), faults);
    door.server.listen(0, '127.0.0.1');
    await once(door.server, 'listening');
    return new StripeFake(apiKey, accountId, secrets, { door, faults, account });
  }

  private constructor(
    /** The only key that is let in. */
    readonly apiKey: string,
    readonly accountId: string,
    /** With which events are signed. */
    readonly secrets: readonly string[],
    parts: { door: ApiDoor; faults: Faults; account: StripeAccount },
  ) {
    this.#door = parts.door;
    this.#faults = parts.faults;
    this.#account = parts.account;
    this.url = `http://127.0.0.1:${(parts.door.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#door.server, 'close');
    this.#door.server.close();
    this.#faults.releaseAll();
    this.#door.cutAll();
    await closed;
  }

  /** What it was asked, in the order in which it did the work. */
  get requests(): readonly Asked[] {
    return this.#door.requests;
  }

  /** Its time, in ms since 1970. */
  get nowMs(): number {
    return this.#account.clock();
  }

  get state(): State {
    return this.#account.state;
  }

  /** Does the work, then cuts the connection without an answer. */
  lose(match: Match = {}): void {
    this.#faults.plan(match, { kind: 'lose' });
  }

  /**
   * Answers with this status. Only a 500 is kept under the idempotency key and comes again; the others are given before
   * anything is looked at.
   * @param match.afterWork of a 500: the work is done all the same.
   */
  fail(match: Match & { status: 400 | 429 | 500 | 503; code?: string; afterWork?: boolean }): void {
    const { status, code, afterWork = false } = match;
    this.#faults.plan(match, { kind: 'fail', status, code, afterWork });
  }

  /** Does the work of one request, and holds its answer until it is released. */
  hold(match: Match = {}): { arrived: Promise<void>; release(): void } {
    return this.#faults.hold(match);
  }

  /** From now on every connection is cut, those that are open too. */
  down(): void {
    this.#door.isDown = true;
    this.#door.cutAll();
  }

  up(): void {
    this.#door.isDown = false;
  }

  /** How long search cannot find what was made, in ms. 0 at the start; `Infinity` finds nothing. */
  set searchLagMs(lag: number) {
    this.#account.searchLagMs = lag;
  }

  /** Whether new refunds of cards are pending until `finishRefund`; those of bank accounts always are. */
  set refundsArePending(pending: boolean) {
    this.#account.refundsArePending = pending;
  }

  /** The next confirmation with this payment method ends so. Told several times, each stands for one confirmation. */
  bankSays(paymentMethodId: string, outcome: Outcome): void {
    this.#account.find('paymentMethods', paymentMethodId);
    this.#account.bank.says(paymentMethodId, outcome);
  }

  /** A customer saved a card, authenticated for later use, by a setup intent of its own. */
  attachCard(customerId: string, card?: CardChoice): PaymentMethod {
    const intent = createSetup(this.#account, { customer: customerId });
    return completeSetup(this.#account, intent.id, card ?? {});
  }

  /** The customer gave a card to the setup intent; without one, the method that it has is authenticated, or a Visa given. */
  completeSetup(setupIntentId: string, card?: CardChoice): PaymentMethod {
    return completeSetup(this.#account, setupIntentId, card);
  }

  /** The customer did not authenticate the method of the setup intent. */
  failSetup(setupIntentId: string): void {
    failSetupAuthentication(this.#account, setupIntentId);
  }

  /** The bank of the customer replaced the card: the payment method is the same, with other digits or another expiry. */
  replaceCard(paymentMethodId: string, card: Pick<CardChoice, 'last4' | 'expMonth' | 'expYear' | 'fingerprint'>): void {
    replaceCard(this.#account, paymentMethodId, card);
  }

  /** The customer did 3-D Secure, for a payment that waits for it or was refused for want of it: passed, or failed. */
  authenticate(paymentIntentId: string, ok = true): void {
    authenticate(this.#account, paymentIntentId, ok);
  }

  /** A payment that is processing ends. */
  finish(paymentIntentId: string, outcome: 'succeeded' | { declineCode: string }): void {
    finish(this.#account, paymentIntentId, outcome);
  }

  /** @param amount all that is left without it. */
  refundFromDashboard(paymentIntentId: string, amount?: number): Refund {
    return createRefund(this.#account, { payment_intent: paymentIntentId, amount });
  }

  /** A refund that succeeded can still fail, when the bank of the customer sends it back. */
  finishRefund(refundId: string, status: 'succeeded' | 'failed'): void {
    finishRefund(this.#account, refundId, status);
  }

  /** @param amount all that was not refunded without it. */
  dispute(paymentIntentId: string, amount?: number): Dispute {
    return openDispute(this.#account, paymentIntentId, amount);
  }

  closeDispute(disputeId: string, status: 'won' | 'lost'): void {
    closeDispute(this.#account, disputeId, status);
  }

  /** The bytes and headers of a delivery, signed with every secret of the endpoint or with the given one. */
  signed(event: StripeEvent, options: { secret?: string; timestampMs?: number } = {}): Delivery {
    const secrets = options.secret === undefined ? this.secrets : [options.secret];
    return signed(event, secrets, options.timestampMs ?? this.#account.clock());
  }

  /**
   * Sends each event that no endpoint took yet, in the order in which they were made, and answers the statuses. One that
   * is not answered with 2xx is sent again by the next call.
   */
  async deliver(url: string): Promise<number[]> {
    const statuses: number[] = [];
    for (const event of this.state.events.filter(({ pending_webhooks }) => pending_webhooks > 0)) {
      const { body, headers } = this.signed(event);
      const answer = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers: { ...headers } });
      await answer.arrayBuffer();
      if (answer.ok) event.pending_webhooks = 0;
      statuses.push(answer.status);
    }
    return statuses;
  }
}

function routesOf(accountId: string): Route[] {
  const account = {
    id: accountId,
    object: 'account',
    business_type: 'company',
    charges_enabled: true,
    country: 'US',
    default_currency: 'usd',
    details_submitted: true,
    email: null,
    payouts_enabled: true,
    type: 'standard',
  };
  return [
    route('GET', '/v1/account', z.strictObject(expand), () => account),
    ...customerRoutes,
    ...paymentMethodRoutes,
    ...setupIntentRoutes,
    ...paymentIntentRoutes,
    ...refundRoutes,
    ...disputeRoutes,
    ...eventRoutes,
  ];
}
