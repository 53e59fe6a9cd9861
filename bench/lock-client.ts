/**
 * What one would write first in SQL: money is held, and turned into spending, in a transaction for each call, with the
 * period rows locked by SELECT ... FOR UPDATE. It is written in its own favour: every look-up by a primary key, prepared
 * statements, prices and budgets known beforehand, the check in code, and all that is written after the check in one
 * statement. So a reservation takes 4 round trips (BEGIN, lock, write, COMMIT), 2 of them under the locks, and a settle 5.
 */
import { Client } from 'pg';
import { newKey } from './new-key.js';
import { insertStatement, sampleOf, totalStatement, type RowSample, type Spender } from './row-sample.js';
import type { Worker } from './run-slot.js';
import type { RowSlot } from './slot.js';
import { Statement, type Values } from './statement.js';

const LOCK_ROWS = new Statement(
  'lock-rows',
  (v) => `
  SELECT limit_pico_usd - spent_pico_usd - held_pico_usd AS room FROM budget_period
  WHERE organization_id = ${v('organization')} AND budget_id = ANY (${v('budgets')}) AND starts_at = ${v('starts_at')}
  ORDER BY rank, budget_id FOR UPDATE`,
);

const HOLD = new Statement(
  'hold',
  (v) => `
  WITH key AS (
    INSERT INTO reservation_key (organization_id, idempotency_key, key_day, content_hash, reservation_id, outcome, reason,
      would_deny)
    VALUES (${v('organization')}, ${v('key')}, (now() AT TIME ZONE 'UTC')::date, sha256(${v('key')}::bytea),
      ${v('reservation')}, 'ALLOWED', 'FITS', false)
  ), held AS (
    UPDATE budget_period SET held_pico_usd = held_pico_usd + ${v('held_pico_usd')}
    WHERE organization_id = ${v('organization')} AND budget_id = ANY (${v('budgets')}) AND starts_at = ${v('starts_at')}
  )
  INSERT INTO reservation (organization_id, id, account_id, user_id, team_id, model_sent, provider, model, pricing_id,
    amount_pico_usd, state, budget_ids, period_starts, created_at, expires_at)
  VALUES (${v('organization')}, ${v('reservation')}, ${v('account')}, ${v('account')}, ${v('team')}, ${v('model_sent')},
    ${v('provider')}, ${v('model')}, ${v('pricing_id')}, ${v('held_pico_usd')}, 'HELD', ${v('budgets')},
    array_fill(${v('starts_at')}, ARRAY[cardinality(${v('budgets')})]), now(), now() + interval '1 day')`,
);

const LOCK_RESERVATION = new Statement(
  'lock-reservation',
  (v) => `
  SELECT state, amount_pico_usd, created_at::text AS reserved_at FROM reservation
  WHERE organization_id = ${v('organization')} AND id = ${v('reservation')} FOR UPDATE`,
);

const SETTLE = new Statement('settle', (v) => {
  const call = { reservation: v('reservation'), at: v('reserved_at') };
  return `
  WITH record AS (${insertStatement(v, call)}
  ), settled AS (
    UPDATE reservation SET state = 'SETTLED', ended_at = now(), usage_key = ${v('key')},
      usage_key_day = (now() AT TIME ZONE 'UTC')::date
    WHERE organization_id = ${v('organization')} AND id = ${v('reservation')}
  ), moved AS (
    UPDATE budget_period SET spent_pico_usd = spent_pico_usd + ${v('charge_pico_usd')},
      held_pico_usd = held_pico_usd - ${v('held_pico_usd')}
    WHERE organization_id = ${v('organization')} AND budget_id = ANY (${v('budgets')}) AND starts_at = ${v('starts_at')}
  )${totalStatement(v, call)}`;
});

let turn = 0;

export class LockClient implements Worker {
  readonly #client: Client;
  #sample: RowSample | undefined;

  constructor(private readonly slot: RowSlot) {
    this.#client = new Client({ connectionString: slot.databaseUrl });
  }

  /** Works once before it counts, so that no statement is prepared on measured time. */
  async open(): Promise<void> {
    await this.#client.connect();
    // Of so few budgets the planner would read all.
    await this.#client.query('SET enable_seqscan = off');
    this.#sample = await sampleOf(this.#client, this.slot.databaseUrl);
    await this.work();
  }

  async work(): Promise<number> {
    turn += 1;
    const sample = this.#sample;
    const spender = sample?.spenders[turn % sample.spenders.length];
    if (!sample || !spender) throw new Error('The client is not open.');
    const values = { ...valuesOf(sample, spender), reservation: newKey() };
    await this.#transaction(() => this.#hold(values, spender.budgets.length));
    if (this.slot.kind === 'lockedCycle') await this.#transaction(() => this.#settle(values, spender.budgets.length));
    return 1;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #transaction(steps: () => Promise<void>): Promise<void> {
    await this.#client.query('BEGIN');
    await steps();
    await this.#client.query('COMMIT');
  }

  async #hold(values: Values, budgets: number): Promise<void> {
    const { rows } = await LOCK_ROWS.run(this.#client, values, budgets);
    const amount = BigInt(values.charge_pico_usd as string);
    if (rows.some(({ room }) => BigInt(room ?? '') < amount)) throw new Error('A budget has no room.');
    await HOLD.run(this.#client, { ...values, key: newKey(), held_pico_usd: String(amount) });
  }

  async #settle(values: Values, budgets: number): Promise<void> {
    const { rows } = await LOCK_RESERVATION.run(this.#client, values);
    const [reservation] = rows;
    if (reservation?.['state'] !== 'HELD') throw new Error('The reservation is not held.');
    await LOCK_ROWS.run(this.#client, values, budgets);
    const { amount_pico_usd: held_pico_usd = '', reserved_at = '' } = reservation;
    await SETTLE.run(this.#client, { ...values, key: newKey(), held_pico_usd, reserved_at });
  }
}

function valuesOf(sample: RowSample, spender: Spender): Values {
  return {
    ...sample.record,
    organization: sample.organizationId,
    starts_at: sample.periodStartsAt,
    account: spender.account_id,
    team: spender.team_id,
    budgets: spender.budgets,
  };
}
