/** What whoever pays does at Stripe with Stripe's own test cards, without a browser: on its test mode, or on the one of the tests. */
import { StripeFake } from '../test/support/stripe/stripe-fake.js';
import { stop } from './ask.js';

const STRIPE = 'https://api.stripe.com';

export class Payer {
  /** With STRIPE_SECRET_KEY (of test mode) on Stripe itself. */
  static async open(nowMs: () => number): Promise<Payer> {
    const key = process.env['STRIPE_SECRET_KEY'];
    if (key === undefined || key === '') {
      const fake = await StripeFake.open({ clock: nowMs });
      return new Payer(fake.apiKey, fake.url, fake);
    }
    if (!key.includes('_test_')) stop('This would move real money: STRIPE_SECRET_KEY must be one of test mode.');
    return new Payer(key, STRIPE, undefined);
  }

  private constructor(
    private readonly key: string,
    private readonly url: string,
    /** undefined: Stripe itself. */
    readonly fake: StripeFake | undefined,
  ) {}

  get settings(): Record<string, string> {
    if (!this.fake) return { STRIPE_SECRET_KEY: this.key };
    const secret = this.fake.secrets.join(',');
    return { STRIPE_SECRET_KEY: this.key, STRIPE_API_URL: this.url, STRIPE_WEBHOOK_SECRET: secret };
  }

  /** What a browser does with a card. @returns what Stripe calls the method */
  async finishSetup(setupId: string, card: string): Promise<string> {
    const { payment_method: method } = await this.#post(`setup_intents/${setupId}/confirm`, { payment_method: card });
    return String(method);
  }

  /** A card that no setup can finish without a person. */
  async attach(setupId: string, card: string): Promise<string> {
    const { customer } = await this.#ask(`setup_intents/${setupId}`, { method: 'GET' });
    const { id } = await this.#post(`payment_methods/${card}/attach`, { customer: String(customer) });
    return String(id);
  }

  close(): Promise<void> {
    return this.fake?.close() ?? Promise.resolve();
  }

  #post(path: string, form: Record<string, string>): Promise<Record<string, unknown>> {
    return this.#ask(path, { method: 'POST', body: new URLSearchParams(form) });
  }

  async #ask(path: string, request: RequestInit): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${this.key}` };
    const response = await fetch(`${this.url}/v1/${path}`, { ...request, headers });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) stop(`Stripe refused ${path}: ${JSON.stringify(answer['error'])}`);
    return answer;
  }
}
