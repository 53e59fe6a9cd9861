/** A server that collects by a Stripe of the test, whose clock goes with the database's. */
import {
  CollectedInvoiceDocument,
  SetDefaultPaymentMethodDocument,
  StartPaymentMethodSetupDocument,
  type CollectedInvoiceQuery,
} from './generated/operations.js';
import { newTenant, type Tenant } from './billing-world.js';
import { setClock } from './clock.js';
import { StripeFake, type StripeFakeOptions } from './stripe/stripe-fake.js';
import { until } from './until.js';
import { startWorld, type World } from './world.js';

const QUARTER_MS = 900_000;
const LOOKS_A_QUARTER = 50;

export type SeenInvoice = NonNullable<CollectedInvoiceQuery['invoice']>;
type Card = Parameters<StripeFake['attachCard']>[1];

/** An account with its customer and default payment method at Stripe. */
export interface Payer {
  readonly userId: string;
  readonly customerRef: string;
  readonly methodRef: string;
  /** Opaque. */
  readonly methodId: string;
}

export class CollectingWorld {
  #tenant: Tenant | undefined;

  static async start(
    environment: Record<string, string> = {},
    options: StripeFakeOptions = {},
  ): Promise<CollectingWorld> {
    const time = { offsetMs: 0 };
    const stripe = await StripeFake.open({ clock: () => Date.now() + time.offsetMs, ...options });
    const world = await startWorld({ ...stripeSettings(stripe), COLLECT_INTERVAL: '50ms', ...environment });
    return new CollectingWorld(world, stripe, time);
  }

  private constructor(
    readonly world: World,
    readonly stripe: StripeFake,
    private readonly time: { offsetMs: number },
  ) {}

  get tenant(): Tenant {
    if (!this.#tenant) throw new Error('There is no tenant yet.');
    return this.#tenant;
  }

  /** How far its time is behind the real one, in ms. */
  get behindMs(): number {
    return -this.time.offsetMs;
  }

  /** On 2026-06-01, at noon. */
  async newTenant(): Promise<Tenant> {
    this.#tenant = await newTenant(this.world);
    this.time.offsetMs = Date.parse('2026-06-01T12:00:00Z') - Date.now();
    return this.#tenant;
  }

  /** Of the database, of the server and of Stripe. undefined: the real one. */
  async setTime(instant: string | undefined): Promise<void> {
    this.time.offsetMs = instant === undefined ? 0 : Date.parse(instant) - Date.now();
    await setClock(this.world, instant);
  }

  async payer(userId = 'ada', card?: Card): Promise<Payer> {
    const { world, stripe, tenant } = this;
    const { startPaymentMethodSetup: setup } = await world.ask(
      StartPaymentMethodSetupDocument,
      { input: { userId } },
      tenant.key,
    );
    const method = stripe.completeSetup(setup.setupId, card);
    const { setDefaultPaymentMethod: kept } = await world.ask(
      SetDefaultPaymentMethodDocument,
      { input: { userId, paymentMethodId: method.id } },
      tenant.key,
    );
    return { userId, customerRef: String(method.customer), methodRef: method.id, methodId: kept.id };
  }

  async invoice(id: string): Promise<SeenInvoice> {
    const { invoice } = await this.world.ask(CollectedInvoiceDocument, { id }, this.tenant.key);
    if (!invoice) throw new Error('There is no such invoice.');
    return invoice;
  }

  /** Once it is so. */
  async seen(id: string, isSo: (invoice: SeenInvoice) => boolean): Promise<SeenInvoice> {
    let invoice = await this.invoice(id);
    await until(async () => isSo((invoice = await this.invoice(id))));
    return invoice;
  }

  /** The same while time passes, a quarter of an hour at a time: whoever looks again does so later and later. */
  async seenLater(id: string, isSo: (invoice: SeenInvoice) => boolean): Promise<SeenInvoice> {
    for (;;) {
      const at = new Date(Date.now() + this.time.offsetMs + QUARTER_MS);
      await this.setTime(at.toISOString());
      for (let look = 0; look < LOOKS_A_QUARTER; look += 1) {
        const invoice = await this.invoice(id);
        if (isSo(invoice)) return invoice;
      }
    }
  }

  /** What Stripe has charged. */
  charges(): { amount: number; paymentIntent: string }[] {
    return [...this.stripe.state.charges.values()]
      .filter(({ status }) => status === 'succeeded')
      .map(({ amount, payment_intent: intent }) => ({ amount, paymentIntent: String(intent) }));
  }

  async close(books?: 'BROKEN'): Promise<void> {
    await this.world.close(books);
    await this.stripe.close();
  }
}

export function stripeSettings(stripe: StripeFake): Record<string, string> {
  return {
    STRIPE_SECRET_KEY: stripe.apiKey,
    STRIPE_API_URL: stripe.url,
    STRIPE_WEBHOOK_SECRET: stripe.secrets.join(','),
    STRIPE_PUBLISHABLE_KEY: 'pk_test_tollgate',
  };
}
