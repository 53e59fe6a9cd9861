/** The baseline in the language of the server: a `pg` client that writes the same rows in a transaction for each record. */
import { Client } from 'pg';
import { newKey } from './new-key.js';
import {
  countStatement,
  insertStatement,
  readSample,
  totalStatement,
  VALUE_TYPES,
  type RowSample,
  type ValueName,
  type Written,
} from './row-sample.js';
import type { RowSlot } from './slot.js';

type Values = Partial<Record<ValueName, string | null>>;

/** Prepared once per connection, as a careful client does it. */
class Statement {
  readonly #names: ValueName[] = [];
  readonly #text: string;

  constructor(
    private readonly name: string,
    statement: (written: Written) => string,
  ) {
    this.#text = statement((value) => {
      if (!this.#names.includes(value)) this.#names.push(value);
      return `$${this.#names.indexOf(value) + 1}::${VALUE_TYPES[value]}`;
    });
  }

  async run(client: Client, values: Values): Promise<void> {
    const given = this.#names.map((name) => values[name]);
    const { rowCount } = await client.query({ name: this.name, text: this.#text, values: given });
    if (rowCount !== 1) throw new Error(`The statement "${this.name}" wrote ${rowCount} rows.`);
  }
}

const INSERT = new Statement('insert', insertStatement);
const COUNT = new Statement('count', countStatement);
const TOTAL = new Statement('total', totalStatement);

let turn = 0;

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
    for (const budget of [spender.user_budget, spender.team_budget, sample.organizationBudget]) {
      await COUNT.run(this.#client, { ...values, budget });
    }
    await TOTAL.run(this.#client, values);
    await this.#client.query('COMMIT');
    return 1;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
