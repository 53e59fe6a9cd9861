/** Pages of objects, newest first, and ids that are answered as the objects they name. */
import type { StripeAccount } from './account.js';
import { invalidParameter, noSuch } from './errors.js';
import type { Range } from './form.js';

interface Page {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
}

export interface List<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

/** @param oldestFirst what is listed, in the order in which it was made. */
export function pageOf<T extends { id: string }>(oldestFirst: Iterable<T>, url: string, page: Page): List<T> {
  const all = [...oldestFirst].reverse();
  const { limit = 10, starting_after, ending_before } = page;
  if (starting_after !== undefined && ending_before !== undefined)
    throw invalidParameter('You may only specify one of these parameters: starting_after, ending_before.');
  if (ending_before !== undefined) {
    const end = placeOf(all, ending_before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: all.slice(start, end), has_more: start > 0, url };
  }
  const start = starting_after === undefined ? 0 : placeOf(all, starting_after, 'starting_after') + 1;
  return { object: 'list', data: all.slice(start, start + limit), has_more: start + limit < all.length, url };
}

function placeOf(all: readonly { id: string }[], id: string, param: string): number {
  const place = all.findIndex((one) => one.id === id);
  if (place < 0) throw noSuch('object', id, param, 400);
  return place;
}

export function within(created: number, range: Range | undefined): boolean {
  return (
    !range ||
    ((range.gt === undefined || created > range.gt) &&
      (range.gte === undefined || created >= range.gte) &&
      (range.lt === undefined || created < range.lt) &&
      (range.lte === undefined || created <= range.lte))
  );
}

const EXPANDABLE = [
  'charge',
  'customer',
  'default_payment_method',
  'latest_charge',
  'payment_intent',
  'payment_method',
];
const ON_THE_WAY = [...EXPANDABLE, 'data', 'invoice_settings', 'object'];

/** The paths that are asked for. Throws when Stripe cannot expand one, before anything is done. */
export function checkExpand(asked: unknown): string[] {
  const paths = Array.isArray(asked) ? asked.map(String) : [];
  for (const path of paths) {
    const parts = path.split('.');
    if (parts.length > 4)
      throw invalidParameter(`You cannot expand more than 4 levels of a property. Property: ${path}`, 'expand');
    if (!EXPANDABLE.includes(parts.at(-1) ?? '') || parts.some((part) => !ON_THE_WAY.includes(part)))
      throw invalidParameter(`This property cannot be expanded (${path}).`, 'expand');
  }
  return paths;
}

/** A copy of what is answered, with the objects in place of the ids at these paths. */
export function expanded(account: StripeAccount, answer: unknown, paths: readonly string[]): unknown {
  const copy: unknown = structuredClone(answer);
  for (const path of paths) expandAt(account, copy, path.split('.'));
  return copy;
}

function expandAt(account: StripeAccount, inside: unknown, [key, ...rest]: readonly string[]): void {
  if (key === undefined || typeof inside !== 'object' || inside === null) return;
  if (Array.isArray(inside)) {
    for (const one of inside) expandAt(account, one, [key, ...rest]);
    return;
  }
  const value: unknown = Reflect.get(inside, key);
  const object = typeof value === 'string' ? structuredClone(account.byId(value)) : value;
  if (object !== undefined) Reflect.set(inside, key, object);
  expandAt(account, object, rest);
}
