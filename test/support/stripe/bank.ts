/** The banks behind the payment methods: what they say to a payment, and the test cards whose bank says always the same. */
import { docUrl } from './errors.js';
import type { Advice, MethodType, PaymentError, PaymentMethod } from './objects.js';

export type Outcome = 'succeeded' | 'requires_action' | 'processing' | { readonly declineCode: string };

export interface CardChoice {
  readonly brand?: string;
  readonly last4?: string;
  readonly fingerprint?: string;
  readonly expMonth?: number;
  readonly expYear?: number;
  readonly type?: MethodType;
}

interface TestCard {
  readonly card: CardChoice;
  /** What the bank says to a payment. */
  readonly says?: Outcome;
  /** What the bank says already when the card is to be saved. */
  readonly refuses?: string;
  /** Whether the customer must authenticate for a payment: once for all, when it is set up for later, or each time. */
  readonly authenticates?: 'once' | 'always';
}

const TEST_CARDS: Readonly<Record<string, TestCard>> = {
  pm_card_visa: { card: { brand: 'visa', last4: '4242' } },
  pm_card_mastercard: { card: { brand: 'mastercard', last4: '4444' } },
  pm_card_amex: { card: { brand: 'amex', last4: '8431' } },
  pm_card_chargeCustomerFail: { card: { last4: '0341' }, says: { declineCode: 'generic_decline' } },
  pm_card_authenticationRequired: { card: { last4: '3184' }, authenticates: 'always' },
  pm_card_threeDSecure2Required: { card: { last4: '3220' }, authenticates: 'always' },
  pm_card_authenticationRequiredOnSetup: { card: { last4: '3155' }, authenticates: 'once' },
};

/** What a token such as `pm_card_visa` stands for. */
export function testCard(token: string): TestCard | undefined {
  const declined = /^pm_card_(?:visa_)?chargeDeclined(\w*)$/.exec(token);
  if (!declined) return Object.hasOwn(TEST_CARDS, token) ? TEST_CARDS[token] : undefined;
  const words = (declined[1] ?? '').replace(/(?!^)[A-Z]/g, '_$&').toLowerCase();
  const declineCode = words || 'generic_decline';
  return { card: { last4: '0002' }, says: { declineCode }, refuses: declineCode };
}

export class Bank {
  readonly #cards = new Map<string, TestCard>();
  readonly #authenticated = new Set<string>();
  readonly #next = new Map<string, Outcome[]>();

  issue(methodId: string, card: TestCard): void {
    this.#cards.set(methodId, card);
  }

  /** The customer authenticated when the method was set up. */
  authenticated(methodId: string): void {
    this.#authenticated.add(methodId);
  }

  says(methodId: string, outcome: Outcome): void {
    const next = this.#next.get(methodId) ?? [];
    this.#next.set(methodId, [...next, outcome]);
  }

  /** What the bank says to saving this method: to authenticate, or a decline code. */
  toSetup(methodId: string): Outcome {
    const card = this.#cards.get(methodId);
    if (card?.refuses !== undefined) return { declineCode: card.refuses };
    return card?.authenticates && !this.#authenticated.has(methodId) ? 'requires_action' : 'succeeded';
  }

  toPayment(method: PaymentMethod): Outcome {
    const [said, ...later] = this.#next.get(method.id) ?? [];
    this.#next.set(method.id, later);
    if (said !== undefined) return said;
    const card = this.#cards.get(method.id);
    if (card?.says !== undefined) return card.says;
    const known = card?.authenticates === 'once' && this.#authenticated.has(method.id);
    if (card?.authenticates && !known) return 'requires_action';
    return method.type === 'card' ? 'succeeded' : 'processing';
  }

  /** What a payment would come to after the customer authenticated. */
  afterAuthentication(method: PaymentMethod): Outcome {
    return this.#cards.get(method.id)?.says ?? (method.type === 'card' ? 'succeeded' : 'processing');
  }
}

/** Decline codes that are error codes themselves; all others come with `card_declined`. */
const OWN_CODE = ['authentication_required', 'expired_card', 'incorrect_cvc', 'incorrect_number', 'processing_error'];
const NEVER_AGAIN = ['fraudulent', 'lost_card', 'pickup_card', 'stolen_card', 'do_not_honor_permanently'];
const OTHER_DATA = ['expired_card', 'incorrect_cvc', 'incorrect_number'];
const MESSAGES: Readonly<Record<string, string>> = {
  authentication_required: 'Your card was declined. This transaction requires authentication.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  insufficient_funds: 'Your card has insufficient funds.',
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
};

export function declined(declineCode: string, method: PaymentMethod, charge?: string): PaymentError {
  const payment_method = structuredClone(method);
  const about = { ...(charge !== undefined && { charge }), payment_method };
  if (method.type !== 'card') {
    const message = 'The payment failed at the bank of the customer.';
    return { code: declineCode, doc_url: docUrl(declineCode), message, type: 'invalid_request_error', ...about };
  }
  const code = OWN_CODE.includes(declineCode) ? declineCode : 'card_declined';
  return {
    advice_code: adviceTo(declineCode),
    code,
    decline_code: declineCode,
    doc_url: docUrl(code),
    message: MESSAGES[declineCode] ?? 'Your card was declined.',
    type: 'card_error',
    ...about,
  };
}

function adviceTo(declineCode: string): Advice {
  if (NEVER_AGAIN.includes(declineCode)) return 'do_not_try_again';
  return OTHER_DATA.includes(declineCode) ? 'confirm_card_data' : 'try_again_later';
}
