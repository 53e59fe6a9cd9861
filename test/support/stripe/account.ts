/** A Stripe account: its objects, its clock, and the events that changes of its objects make. */
import Stripe from 'stripe';
import { Bank } from './bank.js';
import { noSuch } from './errors.js';
import type {
  Charge,
  Customer,
  Dispute,
  EventType,
  PaymentIntent,
  PaymentMethod,
  Refund,
  SetupIntent,
  StripeEvent,
  StripeObject,
} from './objects.js';

export interface State {
  readonly customers: Map<string, Customer>;
  readonly paymentMethods: Map<string, PaymentMethod>;
  readonly setupIntents: Map<string, SetupIntent>;
  readonly paymentIntents: Map<string, PaymentIntent>;
  readonly charges: Map<string, Charge>;
  readonly refunds: Map<string, Refund>;
  readonly disputes: Map<string, Dispute>;
  /** From the oldest to the newest. */
  readonly events: StripeEvent[];
}

/** By the words that Stripe uses when one is missing. */
const KINDS = {
  customers: 'customer',
  paymentMethods: 'PaymentMethod',
  setupIntents: 'setupintent',
  paymentIntents: 'payment_intent',
  charges: 'charge',
  refunds: 'refund',
  disputes: 'dispute',
} as const;
type Kind = keyof typeof KINDS;
type Of<K extends Kind> = State[K] extends Map<string, infer T> ? T : never;

export class StripeAccount {
  readonly state: State = {
    customers: new Map(),
    paymentMethods: new Map(),
    setupIntents: new Map(),
    paymentIntents: new Map(),
    charges: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    events: [],
  };
  readonly bank = new Bank();
  /** Payment methods that were detached, or used without a customer: they cannot be used again. */
  readonly usedUp = new Set<string>();
  /** The request that is being worked on, of which its events tell. */
  request: { id: string; idempotency_key: string | null } | undefined;
  /** How long a new object cannot be found by search, in ms. */
  searchLagMs = 0;
  refundsArePending = false;
  readonly #madeAtMs = new Map<string, number>();
  #made = 0;

  /** @param mark stands in each id, so that the ids of two accounts differ. */
  constructor(
    readonly mark: string,
    readonly clock: () => number,
  ) {}

  nowSeconds(): number {
    return Math.floor(this.clock() / 1000);
  }

  /** Ids of one kind sort in the order in which they were made. */
  newId(prefix: string): string {
    const id = `${prefix}_${this.mark}${String(++this.#made).padStart(8, '0')}`;
    this.#madeAtMs.set(id, this.clock());
    return id;
  }

  madeAtMs(id: string): number {
    return this.#madeAtMs.get(id) ?? 0;
  }

  /** @param param of the parameter that names it; undefined where the path does. */
  find<K extends Kind>(kind: K, id: string, param?: string): Of<K>;
  find(kind: Kind, id: string, param?: string): StripeObject {
    const found = this.state[kind].get(id);
    if (!found) throw noSuch(KINDS[kind], id, param ?? (kind.endsWith('Intents') ? 'intent' : 'id'), param ? 400 : 404);
    return found;
  }

  /** Any object by its id alone, for whoever asked to have it in place of the id. */
  byId(id: string): StripeObject | undefined {
    const { events: _, ...kinds } = this.state;
    for (const kind of Object.values<Map<string, StripeObject>>(kinds)) {
      const found = kind.get(id);
      if (found) return found;
    }
    return undefined;
  }

  /** Changes an object, and tells of it when there is a change. */
  change(type: EventType, object: StripeObject, change: () => void): void {
    const before = structuredClone(object);
    change();
    if (JSON.stringify(before) !== JSON.stringify(object)) this.tell(type, object, before);
  }

  /** Tells that an object changed, as it is now. */
  tell(type: EventType, object: StripeObject, before?: StripeObject): void {
    this.state.events.push({
      id: this.newId('evt'),
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: this.nowSeconds(),
      data: { object: structuredClone(object), ...(before && { previous_attributes: changed(before, object) }) },
      livemode: false,
      pending_webhooks: 1,
      request: this.request ?? { id: null, idempotency_key: null },
      type,
    });
  }
}

/** The former values of the fields that differ. */
function changed(before: StripeObject, after: StripeObject): Record<string, unknown> {
  const now = new Map<string, unknown>(Object.entries(after));
  return Object.fromEntries(
    Object.entries(before).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(now.get(key))),
  );
}
