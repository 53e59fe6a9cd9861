/** Search, which finds an object only some time after it was made. */
import { z } from 'zod';
import type { StripeAccount } from './account.js';
import { invalidParameter } from './errors.js';
import { expand, paging, text } from './form.js';
import type { Customer, PaymentIntent } from './objects.js';

export const searchForm = z.strictObject({ ...expand, limit: paging.limit, page: text.optional(), query: text });

type Clause = (one: Customer | PaymentIntent) => boolean;

/** @param oldestFirst what is searched. */
export function search(
  account: StripeAccount,
  oldestFirst: Iterable<Customer | PaymentIntent>,
  url: string,
  { limit = 10, page, query }: z.infer<typeof searchForm>,
) {
  const matches = read(query);
  const indexedUntil = account.clock() - account.searchLagMs;
  const found = [...oldestFirst].reverse().filter((one) => account.madeAtMs(one.id) <= indexedUntil && matches(one));
  const start = page === undefined ? 0 : Number(page.replace(/^page_/, ''));
  if (!Number.isSafeInteger(start)) throw invalidParameter('Invalid page.', 'page');
  const has_more = start + limit < found.length;
  return {
    object: 'search_result',
    data: found.slice(start, start + limit),
    has_more,
    next_page: has_more ? `page_${start + limit}` : null,
    url,
  };
}

/** Clauses of one field each, joined by AND or by OR, never by both. */
function read(query: string): Clause {
  const wrong = () => invalidParameter(`We were unable to parse your search query: ${query}`, 'query');
  const clause = /\s*(-?)(\w+)(?:\[(["'])(.*?)\3\])?\s*:\s*(["'])((?:\\.|(?!\5).)*)\5\s*(AND|OR|$)/iy;
  const clauses: Clause[] = [];
  const joints = new Set<string>();
  for (let end = false; !end;) {
    const found = clause.exec(query);
    if (!found) throw wrong();
    const [, minus, field = '', , key, , value = '', joint = ''] = found;
    const wanted = value.replace(/\\(.)/g, '$1');
    clauses.push((one) => (valueOf(one, field, key) === wanted) !== (minus === '-'));
    if (joint === '') end = true;
    else joints.add(joint.toUpperCase());
  }
  if (joints.size > 1) throw wrong();
  return (one) => (joints.has('OR') ? clauses.some((holds) => holds(one)) : clauses.every((holds) => holds(one)));
}

function valueOf(one: Customer | PaymentIntent, field: string, key: string | undefined): string | null | undefined {
  if (field === 'metadata' && key !== undefined) return one.metadata[key];
  if (one.object === 'customer' && (field === 'email' || field === 'name')) return one[field];
  if (one.object === 'payment_intent' && (field === 'customer' || field === 'currency' || field === 'status'))
    return one[field];
  throw invalidParameter(`Field \`${field}\` is an unsupported search field.`, 'query');
}
