/**
 * Callers that book amounts under keys of their own and remember what was acknowledged: the second set of books that a
 * crash is judged by.
 */
import { Client } from 'pg';
import { post, type Answer } from './world.js';

interface Booked {
  readonly deductFromBudget?: { replayed: boolean };
  readonly recordUsage?: { replayed: boolean };
}

export class DeductionLoad {
  /** pico-USD by key. */
  readonly acknowledged = new Map<string, bigint>();
  readonly unanswered = new Map<string, bigint>();
  /** Codes of GraphQL errors that were answered. */
  readonly codes = new Set<unknown>();
  #sent = 0;
  #isStopped = false;
  #watch: { count: number; done: () => void } | undefined;

  constructor(
    /** Read anew for each request, because a server that was started again has another port. */
    private readonly urlOf: () => string,
    private readonly key: string,
  ) {}

  /** Runs callers until `stop`; each sends the next when the last was answered or lost. */
  async run(callers: number): Promise<void> {
    this.#isStopped = false;
    await Promise.all(
      Array.from({ length: callers }, async () => {
        while (!this.#isStopped) await this.#next();
      }),
    );
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when so many more were acknowledged. */
  more(count: number): Promise<void> {
    return new Promise((done) => {
      this.#watch = { count: this.acknowledged.size + count, done };
    });
  }

  /** Sends what was not acknowledged again, with the same keys and amounts, until all of it is. */
  async retryUnanswered(): Promise<void> {
    for (const [key, amount] of this.unanswered) await this.#send(key, amount);
  }

  async #next(): Promise<void> {
    this.#sent += 1;
    await this.#send(`call-${this.#sent}`, BigInt(this.#sent) * 1_000_003n);
  }

  /** Every third is a call of a model that nobody knows: it is counted, and costs nothing yet. */
  async #send(key: string, amount: bigint): Promise<void> {
    const number = Number(key.slice(5));
    const isCall = number % 3 === 0;
    const mutation = isCall
      ? `recordUsage(input: {idempotencyKey: "${key}", userId: "user-${number % 5}", model: "model-of-nobody", promptTokens: ${number}, completionTokens: 1})`
      : `deductFromBudget(input: {idempotencyKey: "${key}", userId: "user-${number % 5}", amount: "${decimal(amount)}", onlyIfFits: false})`;
    const answer: Answer<Booked> | undefined = await post<Booked>(
      this.urlOf(),
      { query: `mutation { ${mutation} { replayed } }` },
      this.key,
    ).catch(() => undefined);
    for (const error of answer?.errors ?? []) this.codes.add(error.extensions['code']);
    if (!answer?.data || answer.errors) {
      this.unanswered.set(key, amount);
      // A refused connection answers at once: without a breath the callers would spin.
      await new Promise(setImmediate);
      return;
    }
    this.unanswered.delete(key);
    this.acknowledged.set(key, isCall ? 0n : amount);
    if (this.#watch && this.acknowledged.size >= this.#watch.count) this.#watch.done();
  }
}

function decimal(picoUsd: bigint): string {
  return `${picoUsd / 10n ** 12n}.${String(picoUsd % 10n ** 12n).padStart(12, '0')}`;
}

/** The keys that were acknowledged and are not there. */
export async function lostKeys(client: Client, load: DeductionLoad): Promise<string[]> {
  const { rows } = await client.query<{ key: string }>('SELECT idempotency_key AS key FROM usage_record');
  const stored = new Set(rows.map((row) => row.key));
  return [...load.acknowledged.keys()].filter((key) => !stored.has(key));
}

/** Complaints where budgets or rollup are not the sum of the records, or the records not what was sent. */
export async function wrongSums(client: Client, load: DeductionLoad): Promise<string[]> {
  const expected = [...load.acknowledged.values()].reduce((sum, amount) => sum + amount, 0n);
  const { rows } = await client.query<Record<'records' | 'charges' | 'rolled' | 'rolled_charges' | 'spent', string>>(`
    SELECT (SELECT count(*) FROM usage_record)::text AS records,
      (SELECT coalesce(sum(charge_pico_usd), 0) FROM usage_record)::text AS charges,
      (SELECT coalesce(sum(record_count), 0) FROM usage_rollup)::text AS rolled,
      (SELECT coalesce(sum(charge_pico_usd), 0) FROM usage_rollup)::text AS rolled_charges,
      (SELECT coalesce(sum(spent_pico_usd), 0) FROM budget_period)::text AS spent`);
  const wrong = await client.query<{ id: string }>(`
    SELECT b.account_id AS id FROM budget b JOIN budget_period p ON (p.organization_id, p.budget_id) = (b.organization_id, b.id)
    WHERE p.spent_pico_usd <> (SELECT coalesce(sum(u.charge_pico_usd), 0) FROM usage_record u
      WHERE u.account_id = b.account_id AND u.budget_at >= p.starts_at AND u.budget_at < p.ends_at)`);
  const all = {
    records: String(load.acknowledged.size),
    charges: String(expected),
    rolled: String(load.acknowledged.size),
    rolled_charges: String(expected),
    spent: String(expected),
  };
  return [
    ...Object.entries(all).flatMap(([name, value]) => {
      const found = rows[0]?.[name as keyof typeof all];
      return found === value ? [] : [`${name} is ${found} and should be ${value}`];
    }),
    ...wrong.rows.map(({ id }) => `the budget of account ${id} is not the sum of its records`),
  ];
}
