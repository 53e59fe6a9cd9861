/** The baseline in the language of the server: a `pg` client that writes the same rows in a transaction for each record. */
import { Client } from 'pg';
import { v7 as newKey } from 'uuid';
import { readSample, rowStatements, SAMPLE_COLUMNS, SAMPLE_TYPES, type RowSample } from './row-sample.js';
import type { RowSlot } from './slot.js';

/** Parameters of a statement are numbered in the order in which they are first named. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

let next = 0;

export class RowClient {
  readonly #client: Client;
  #sample: RowSample | undefined;

  constructor(slot: RowSlot) {
    this.#client = new Client({ connectionString: slot.databaseUrl });
  }

  async open(): Promise<void> {
    await this.#client.connect();
    this.#sample = await readSample(this.#client);
  }

  async work(): Promise<number> {
    const sample = this.#sample;
    if (!sample) throw new Error('The client is not open.');
    next += 1;
    const spender = sample.spenders[next % sample.spenders.length];
    if (!spender) throw new Error('There is no user.');
    const { account_id: account, team_id: team } = spender;
    await this.#client.query('BEGIN');
    await this.#run(sample, 'insert', { key: newKey(), account, team });
    for (const budget of [spender.user_budget, spender.team_budget, sample.organizationBudget]) {
      await this.#run(sample, 'count', { budget });
    }
    await this.#run(sample, 'total', {});
    await this.#client.query('COMMIT');
    return 1;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #run(
    { organizationId, periodStartsAt, record }: RowSample,
    name: 'insert' | 'count' | 'total',
    given: { key?: string; account?: string; team?: string; budget?: string },
  ): Promise<void> {
    const parameters = new Parameters();
    const once = (value: unknown, type: string) => {
      let text: string | undefined;
      return () => (text ??= parameters.add(value, type));
    };
    const organization = once(organizationId, 'uuid');
    const startsAt = once(periodStartsAt, 'timestamptz');
    const columns = new Map(
      SAMPLE_COLUMNS.map((column) => [column, once(record[column], SAMPLE_TYPES[column] ?? 'text')]),
    );
    const of = { key: once(given.key, 'text'), account: once(given.account, 'uuid'), team: once(given.team, 'uuid') };
    const text = textOf(name, organization, startsAt, (column) => columns.get(column)?.() ?? 'NULL', of, () =>
      parameters.add(given.budget, 'uuid'),
    );
    const { rowCount } = await this.#client.query({ name, text, values: parameters.values });
    if (rowCount !== 1) throw new Error(`The statement ${name} wrote ${rowCount} rows.`);
  }
}
