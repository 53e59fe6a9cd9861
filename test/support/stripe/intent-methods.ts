/** Which payment methods an intent takes, and where it sends a customer who has to authenticate. */
import { z } from 'zod';
import { invalidParameter } from './errors.js';
import { automaticMethods, refusedParameter } from './form.js';
import type { MethodType, NextAction, TakenMethods } from './objects.js';

const types = z.array(z.enum(['card', 'sepa_debit', 'us_bank_account'])).optional();

/** The parameters that choose the methods. */
export const methodFields = {
  allowed_payment_method_types: types,
  automatic_payment_methods: automaticMethods.optional(),
  excluded_payment_method_types: types,
  // It was taken up to the version `dahlia` of the API.
  payment_method_types: refusedParameter(
    'The parameter `payment_method_types` is no longer supported. Use `allowed_payment_method_types`.',
    'payment_method_types_no_longer_supported',
  ),
};

type Given = Partial<z.infer<z.ZodObject<typeof methodFields>>> & {
  currency?: string | undefined;
  confirm?: boolean | undefined;
  off_session?: boolean | undefined;
  return_url?: string | undefined;
};

/** Without a choice, the methods are those that the dashboard allows, as far as they know the currency. */
export function chooseMethods(form: Given): TakenMethods {
  const { allowed_payment_method_types: allowed, excluded_payment_method_types: excluded = [] } = form;
  if (allowed && (form.automatic_payment_methods || form.excluded_payment_method_types))
    throw invalidParameter(
      'You may only specify one of these parameters: allowed_payment_method_types, automatic_payment_methods, excluded_payment_method_types.',
      'allowed_payment_method_types',
      'parameters_exclusive',
    );
  const automatic = form.automatic_payment_methods ?? { allow_redirects: 'always', enabled: true };
  const methods: TakenMethods = {
    allowed_payment_method_types: allowed ?? null,
    automatic_payment_methods: allowed ? null : automatic,
    excluded_payment_method_types: form.excluded_payment_method_types ?? null,
    payment_method_types: usableWith(form.currency).filter(
      (type) => (allowed?.includes(type) ?? true) && !excluded.includes(type),
    ),
  };
  if (form.confirm) checkReturn(methods, form);
  return methods;
}

function usableWith(currency: string | undefined): MethodType[] {
  const all: MethodType[] = ['card', 'sepa_debit', 'us_bank_account'];
  const only: Partial<Record<MethodType, string>> = { sepa_debit: 'eur', us_bank_account: 'usd' };
  return all.filter((type) => currency === undefined || (only[type] ?? currency) === currency);
}

/** A customer who is there may be sent elsewhere, and must come back. */
export function checkReturn(
  intent: Pick<TakenMethods, 'automatic_payment_methods'>,
  { off_session, return_url }: Pick<Given, 'off_session' | 'return_url'>,
): void {
  const { enabled, allow_redirects } = intent.automatic_payment_methods ?? { enabled: false };
  if (enabled && allow_redirects === 'always' && !off_session && return_url === undefined)
    throw invalidParameter(
      'A `return_url` must be specified because this Intent is configured to automatically accept the payment methods enabled in the Dashboard, some of which may require a full page redirect to succeed.',
      'return_url',
    );
}

export function nextAction(intentId: string, returnUrl: string | undefined): NextAction {
  if (returnUrl === undefined) return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } };
  const url = `https://hooks.stripe.com/redirect/authenticate/${intentId}`;
  return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } };
}
