/**
 * Callers that reserve, settle, and ask again under the same key until they are told, as an orchestrator should. What they
 * were told is the second set of books that a fault is judged by.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { booksOf } from './books.js';
import { post, type Answer } from './world.js';

const RESERVE = `mutation ($input: ReserveBudgetInput!) { reserveBudget(input: $input) { reservation { id } replayed } }`;
const SETTLE = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { settled overran replayed } }`;
const SET_BUDGET = `mutation { setBudget(input: {period: MONTH, limit: "1000", enforcement: HARD, thresholds: []}) { id } }`;

/** What a call costs: 4,000 input tokens of gpt-4o. */
const CALL = { model: 'gpt-4o', promptTokens: 4_000 };
const CALL_PICO_USD = 10_000_000_000n;

interface Told {
  readonly reserveBudget?: { readonly reservation: { readonly id: string } | null; readonly replayed: boolean };
  readonly recordUsage?: { readonly settled: boolean; readonly overran: boolean; readonly replayed: boolean };
}

/** One request; undefined where no whole answer came. */
export type Ask = (body: { query: string; variables: object }) => Promise<Answer<Told> | undefined>;

export class CallLoad {
  /** Answers that said SERVICE_UNAVAILABLE, and requests without a whole answer. */
  refused = 0;
  lost = 0;
  /** Answers that tell of what an earlier try of the same key had done. */
  replayed = 0;
  /** Calls that were reserved and settled, and told so. */
  done = 0;
  #started = 0;
  #isStopped = false;
  #isAbandoned = false;
  #watches: { readonly count: number; readonly tell: () => void; readonly fail: (error: unknown) => void }[] = [];

  constructor(
    private readonly ask: Ask,
    /** The most between two tries; another one each time, so that who was refused together does not come back together. */
    private readonly backoffMs = 50,
  ) {}

  /**
   * Runs callers until `stop`; none leaves a call half done. Rejects where any was answered with a code other than
   * SERVICE_UNAVAILABLE.
   */
  run(callers: number): Promise<unknown> {
    const one = async () => {
      while (!this.#isStopped) await this.#call();
    };
    const running = Promise.all(Array.from({ length: callers }, one));
    running.catch((error: unknown) => {
      this.stop();
      for (const { fail } of this.#watches) fail(error);
    });
    return running;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** After a test that failed: calls are left as they are, half done or not. */
  abandon(): void {
    this.#isStopped = true;
    this.#isAbandoned = true;
  }

  /** Resolves when so many more calls are done. */
  more(count: number): Promise<void> {
    return new Promise((tell, fail) => this.#watches.push({ count: this.done + count, tell, fail }));
  }

  async #call(): Promise<void> {
    const n = (this.#started += 1);
    const hold = { idempotencyKey: `hold-${n}`, userId: `user-${n % 5}`, amount: '0.02' };
    const held = (await this.#told(RESERVE, hold)).reserveBudget;
    const used = { idempotencyKey: `call-${n}`, ...CALL, reservationId: held?.reservation?.id };
    const settled = (await this.#told(SETTLE, used)).recordUsage;
    if (!settled?.settled || settled.overran) throw new Error(`Call ${n} settled nothing.`);
    for (const answer of [held, settled]) if (answer?.replayed) this.replayed += 1;
    this.done += 1;
    for (const { count, tell } of this.#watches) if (this.done >= count) tell();
  }

  async #told(query: string, input: object): Promise<Told> {
    while (!this.#isAbandoned) {
      const answer = await this.ask({ query, variables: { input } });
      if (answer?.data && !answer.errors) return answer.data;
      if (!answer) this.lost += 1;
      else if (answer.errors?.every(({ extensions }) => extensions['code'] === 'SERVICE_UNAVAILABLE'))
        this.refused += 1;
      else throw new Error(`Answered ${JSON.stringify(answer)}.`);
      await pause(Math.random() * this.backoffMs);
    }
    throw new Error('The load was abandoned.');
  }
}

/** A budget of the organization, which counts all of it. */
export async function setLoadBudget(url: string, key: string): Promise<void> {
  const { errors } = await post(url, { query: SET_BUDGET }, key);
  if (errors) throw new Error(JSON.stringify(errors));
}

/** What is stored, and what was told: the same where each key had its one effect. */
export async function effectsOf(client: Client, { done }: CallLoad): Promise<{ stored: object; told: object }> {
  const { rows } = await client.query<object>(`
    SELECT (SELECT count(*) FROM reservation)::text AS reservations,
      (SELECT count(*) FROM reservation WHERE state = 'SETTLED')::text AS settled,
      (SELECT count(*) FROM usage_record)::text AS records,
      (SELECT coalesce(sum(charge_pico_usd), 0) FROM usage_record)::text AS charges,
      (SELECT sum(spent_pico_usd) FROM budget_period WHERE rank = 3)::text AS spent,
      (SELECT sum(held_pico_usd) FROM budget_period WHERE rank = 3)::text AS held`);
  const [calls, charges] = [String(done), String(BigInt(done) * CALL_PICO_USD)];
  return {
    stored: { ...rows[0], books: await booksOf(client) },
    told: { reservations: calls, settled: calls, records: calls, charges, spent: charges, held: '0', books: [] },
  };
}
