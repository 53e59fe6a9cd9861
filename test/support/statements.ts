/** Listens to what this process sends to PostgreSQL, below all code of the product. */
import { createRequire } from 'node:module';
import pg from 'pg';

/** What servers look up by themselves, whoever asks what: the clock, keys, price versions, alerts to be fetched. */
const BACKGROUND = /tollgate_now\(\)|FROM api_key|catalog_version|alert_feed|cost_pico_usd IS NULL AND unpriced_reason/;

/** The ORM may come with a copy of the driver of its own. */
const requireHere = createRequire(import.meta.url);
const requireOfOrm = createRequire(requireHere.resolve('@mikro-orm/postgresql'));
const drivers = new Set([pg, requireOfOrm('pg') as typeof pg]);

export interface Statement {
  readonly client: object;
  readonly text: string;
  readonly values: readonly unknown[];
}

type Send = (this: object, ...args: unknown[]) => unknown;

/** The statements that were sent while something ran, those of the background left out unless it is named otherwise. */
export async function statementsOf(work: () => Promise<unknown>, background = BACKGROUND): Promise<Statement[]> {
  const statements: Statement[] = [];
  const restore = [...drivers].map(({ Client }) => {
    const sent = Client.prototype.query as Send;
    const heard: Send = function (...args) {
      const text = textOf(args[0]);
      if (text !== undefined && !background.test(text)) {
        statements.push({ client: this, text, values: valuesOf(args) });
      }
      return sent.apply(this, args);
    };
    Object.assign(Client.prototype, { query: heard });
    return () => Object.assign(Client.prototype, { query: sent });
  });
  try {
    await work();
  } finally {
    for (const put of restore) put();
  }
  return statements;
}

function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  return typeof query === 'object' && query !== null && 'text' in query ? String(query.text) : undefined;
}

function valuesOf([query, values]: readonly unknown[]): readonly unknown[] {
  const given = typeof query === 'object' && query !== null && 'values' in query ? query.values : values;
  return Array.isArray(given) ? given : [];
}
