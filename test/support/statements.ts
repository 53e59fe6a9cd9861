/** Listens to what this process sends to PostgreSQL, below all code of the product. */
import pg from 'pg';

/** What servers look up by themselves, whoever asks what: the clock, keys, price versions, alerts to be fetched. */
const BACKGROUND = /tollgate_now\(\)|FROM api_key|catalog_version|alert_feed|cost_pico_usd IS NULL AND unpriced_reason/;

export interface Statement {
  readonly client: object;
  readonly text: string;
}

/** The statements that were sent while something ran, those of the background left out. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const statements: Statement[] = [];
  const sent = pg.Client.prototype.query as (this: object, ...args: unknown[]) => unknown;
  const heard = function (this: object, ...args: unknown[]): unknown {
    const [query] = args;
    const text = typeof query === 'string' ? query : (query as { text?: string }).text;
    if (text !== undefined && !BACKGROUND.test(text)) statements.push({ client: this, text });
    return sent.apply(this, args);
  };
  Object.assign(pg.Client.prototype, { query: heard });
  try {
    await work();
  } finally {
    Object.assign(pg.Client.prototype, { query: sent });
  }
  return statements;
}
