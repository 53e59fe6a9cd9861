/** Statements of the `pg` clients that the server is compared with. */
import type { Client, QueryResult } from 'pg';
import { VALUE_TYPES, type ValueName, type Written } from './row-sample.js';

export type Values = Partial<Record<ValueName, string | readonly string[] | null>>;

/** Prepared once per connection, as a careful client does it. */
export class Statement {
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

  /** Reads or writes so many rows, or fails. */
  async run(client: Client, values: Values, rows = 1): Promise<QueryResult<Record<string, string>>> {
    const given = this.#names.map((name) => values[name]);
    const result = await client.query<Record<string, string>>({ name: this.name, text: this.#text, values: given });
    if (result.rowCount !== rows) throw new Error(`The statement "${this.name}" met ${result.rowCount} rows.`);
    return result;
  }
}
