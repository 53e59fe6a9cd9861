/** The baseline in the language of the server: a `pg` client that writes the same rows in a transaction for each record. */
import { Client } from 'pg';
import { newKey } from './new-key.js';
import { countStatement, insertStatement, sampleOf, totalStatement, type RowSample } from './row-sample.js';
import type { Worker } from './run-slot.js';
import type { RowSlot } from './slot.js';
import { Statement, type Values } from './statement.js';

const INSERT = new Statement('insert', (v) => insertStatement(v));
const COUNT = new Statement('count', countStatement);
const TOTAL = new Statement('total', (v) => totalStatement(v));

let turn = 0;

export class RowClient implements Worker {
  readonly #client: Client;
  #sample: RowSample | undefined;

  constructor(private readonly slot: RowSlot) {
    this.#client = new Client({ connectionString: slot.databaseUrl });
  }

  async open(): Promise<void> {
    await this.#client.connect();
    this.#sample = await sampleOf(this.#client, this.slot.databaseUrl);
  }

  async work(): Promise<number> {
    turn += 1;
    const sample = this.#sample;
    const spender = sample?.spenders[turn % sample.spenders.length];
    if (!sample || !spender) throw new Error('The client is not open.');
    const values: Values = {
      ...sample.record,
      organization: sample.organizationId,
      starts_at: sample.periodStartsAt,
      key: newKey(),
      account: spender.account_id,
      team: spender.team_id,
    };
    await this.#client.query('BEGIN');
    await INSERT.run(this.#client, values);
    for (const budget of spender.budgets) await COUNT.run(this.#client, { ...values, budget });
    await TOTAL.run(this.#client, values);
    await this.#client.query('COMMIT');
    return 1;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
