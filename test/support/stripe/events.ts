/** Events, which Stripe keeps for 30 days, and how it signs them. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { invalidParameter, noSuch } from './errors.js';
import { expand, flag, paging, range, text } from './form.js';
import { pageOf, within } from './lists.js';
import type { StripeEvent } from './objects.js';
import { route, type Route } from './routes.js';

const KEPT_SECONDS = 30 * 24 * 60 * 60;

const listForm = z.strictObject({
  ...paging,
  created: range.optional(),
  delivery_success: flag.optional(),
  type: text.optional(),
  types: z.array(text).optional(),
});

export const eventRoutes: Route[] = [
  route('GET', '/v1/events', listForm, (account, form) => {
    if (form.type !== undefined && form.types)
      throw invalidParameter('You may only specify one of these parameters: type, types.', 'types');
    if ((form.types?.length ?? 0) > 20) throw invalidParameter('You may specify up to 20 types.', 'types');
    const types = form.types ?? (form.type === undefined ? ['*'] : [form.type]);
    const wanted = kept(account).filter(
      (event) =>
        within(event.created, form.created) &&
        types.some((type) => matches(event.type, type)) &&
        (form.delivery_success === undefined || form.delivery_success === (event.pending_webhooks === 0)),
    );
    return pageOf(wanted, '/v1/events', form);
  }),
  route('GET', '/v1/events/:id', z.strictObject(expand), (account, _, id) => {
    const found = kept(account).find((event) => event.id === id);
    if (!found) throw noSuch('event', id, 'id', 404);
    return found;
  }),
];

function kept(account: StripeAccount): StripeEvent[] {
  const since = account.nowSeconds() - KEPT_SECONDS;
  return account.state.events.filter(({ created }) => created > since);
}

function matches(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

export interface Delivery {
  readonly body: Buffer;
  readonly headers: { readonly 'stripe-signature': string; readonly 'content-type': 'application/json' };
}

/** With several secrets, while one is being replaced, Stripe signs with each. */
export function signed(event: unknown, secrets: readonly string[], timestampMs: number): Delivery {
  const body = Buffer.from(JSON.stringify(event, null, 2));
  const t = Math.floor(timestampMs / 1000);
  const sign = (secret: string) => createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex');
  // In test mode there is a signature of the scheme v0 too, which is made up.
  const parts = [`t=${t}`, ...secrets.map((secret) => `v1=${sign(secret)}`), `v0=${sign('made up')}`];
  return { body, headers: { 'stripe-signature': parts.join(','), 'content-type': 'application/json' } };
}
