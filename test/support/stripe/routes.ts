/** What the API serves: a method and a path, the parameters, and the work. */
import type { z } from 'zod';
import type { StripeAccount } from './account.js';
import { readForm } from './form.js';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** Checks the parameters and answers what is to be done, so that nothing is begun with wrong ones. */
  readonly prepare: (account: StripeAccount, raw: unknown, ids: readonly string[]) => () => unknown;
}

/** @param path with `:id` where an id stands. */
export function route<T extends object>(
  method: Route['method'],
  path: string,
  schema: z.ZodType<T>,
  work: (account: StripeAccount, form: T, id: string) => unknown,
): Route {
  return {
    method,
    path: new RegExp(`^${path.replaceAll(':id', '([^/]+)')}$`),
    prepare: (account, raw, ids) => {
      const form = readForm(schema, raw);
      return () => work(account, form, ids[0] ?? '');
    },
  };
}
