/**
 * A tenant with some of everything that the books count, made through the public door on days of its own: the clock stays
 * on 5 March 2026. Every amount is known: a call of ours/small is 0.001 USD, of openai/gpt-4o 0.0025 USD.
 */
import type { Client } from 'pg';
import { v7 as newId } from 'uuid';
import { setClock } from './clock.js';
import {
  DeleteBudgetDocument,
  RecordProviderUsageDocument,
  RecordUsageBatchDocument,
  RecordUsageDocument,
  SetAccountDocument,
  SetBudgetDocument,
  SetPricingDocument,
} from './generated/operations.js';
import { reseal } from './reseal.js';
import { newTenant, spend } from './spending.js';
import { until } from './until.js';
import type { World } from './world.js';

class Tenant {
  #calls = 0;

  constructor(
    private readonly world: World,
    private readonly key: string,
  ) {}

  async setBudget(input: object): Promise<string> {
    const whole = { limit: '100', period: 'LIFETIME' as const, ...input };
    return (await this.world.ask(SetBudgetDocument, { input: whole }, this.key)).setBudget.id;
  }

  /** Of ada, with the keys call-1, call-2 and so on. */
  async call(change: object = {}): Promise<void> {
    const idempotencyKey = `call-${(this.#calls += 1)}`;
    const input = { idempotencyKey, userId: 'ada', model: 'gpt-4o', promptTokens: 1000, ...change };
    await this.world.ask(RecordUsageDocument, { input }, this.key);
  }
}

export async function allPriced(client: Client): Promise<void> {
  await until(async () => {
    const { rowCount } = await client.query('SELECT FROM usage_record WHERE cost_pico_usd IS NULL');
    return rowCount === 0;
  });
}

/** Answers with the tenant's ADMIN key. */
export async function furnishBooks(world: World, client: Client): Promise<string> {
  await setClock(world, '2026-02-10T12:00:00Z');
  const key = await newTenant(world, 'America/New_York');
  const tenant = new Tenant(world, key);
  await spend(world, key, { userId: 'ada', teamId: 'red', amount: '1' });
  await tenant.setBudget({});
  await tenant.setBudget({ teamId: 'red', period: 'WEEK' });
  await tenant.setBudget({ userId: 'ada', limit: '2', thresholds: [50, 80, 100] });
  await tenant.setBudget({ userId: 'ada', models: [{ provider: 'openai', name: 'gpt-4o' }] });
  await tenant.setBudget({ userId: 'ada', period: 'YEAR', anchorDay: 31, anchorMonth: 8, limit: '0' });
  const ended = await tenant.setBudget({ userId: 'ada', period: 'DAY' });
  await tenant.call({ runId: 'run-1' });
  await tenant.call({ model: 'small', runId: 'run-1' });
  await tenant.call({ occurredAt: '2026-02-09T03:59:00Z' });

  await setClock(world, '2026-02-20T12:00:00Z');
  await tenant.call();
  await world.ask(DeleteBudgetDocument, { id: ended }, key);
  await world.ask(SetAccountDocument, { input: { kind: 'USER', externalId: 'ada', teamId: 'blue' } }, key);
  await tenant.setBudget({ teamId: 'blue', limit: '0.01' });
  await tenant.call();
  await tenant.call({ occurredAt: '2026-02-10T12:30:00Z' });
  const response = {
    model: 'claude-sonnet-4-5',
    usage: { input_tokens: 320, cache_creation_input_tokens: 10, cache_read_input_tokens: 9600, output_tokens: 140 },
  };
  await world.ask(
    RecordProviderUsageDocument,
    { input: { idempotencyKey: 'body', userId: 'bob', provider: 'anthropic', response } },
    key,
  );
  const prices = { promptTokenPrice: '0.000001', completionTokenPrice: '0' };
  await world.ask(SetPricingDocument, { input: { provider: 'ours', model: 'small', ...prices } }, key);
  await allPriced(client);
  await tenant.call({ model: 'nobody-knows-it' });

  await setClock(world, '2026-03-05T12:00:00Z');
  await tenant.setBudget({ teamId: 'blue', limit: '1' });
  await tenant.setBudget({ teamId: 'blue', limit: '0.004' });
  // Raises no alert: all thresholds are reached before and after.
  await tenant.setBudget({ teamId: 'blue', limit: '0.0045' });
  const items = ['a', 'b', 'c'].map((idempotencyKey) => ({
    idempotencyKey,
    userId: 'cy',
    model: 'gpt-4o',
    promptTokens: 1,
  }));
  await world.ask(RecordUsageBatchDocument, { input: { items } }, key);
  await spend(world, key, { amount: '3' });
  await reserve(client);
  return key;
}

/**
 * A run with a budget, and reservations, as the functions of the database leave them: one held on two rows, one settled
 * by `call-1`, one that expired and whose call was recorded afterwards.
 */
async function reserve(client: Client): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT organization_id AS id FROM organization ORDER BY organization_id DESC LIMIT 1`,
  );
  const organization = rows[0]!.id;
  const [run, budget, held, settled, expired] = [newId(), newId(), newId(), newId(), newId()];
  await client.query(
    `INSERT INTO account (organization_id, id, kind, external_id, created_at) VALUES ($1, $2, 'RUN', 'run-1', tollgate_now())
     ON CONFLICT (organization_id, kind, external_id) DO UPDATE SET id = account.id`,
    [organization, run],
  );
  await client.query(
    `INSERT INTO budget (organization_id, id, account_id, rank, period, models_key, limit_pico_usd, enforcement, thresholds,
       zone, begins_at, created_at)
     SELECT $1, $2, a.id, 0, 'LIFETIME', '', 1e12, 'SOFT', '{}', 'UTC', '-infinity', tollgate_now()
     FROM account a WHERE a.organization_id = $1 AND a.kind = 'RUN'`,
    [organization, budget],
  );
  await client.query(
    `INSERT INTO budget_period (organization_id, budget_id, starts_at, ends_at, limit_pico_usd, spent_pico_usd, enforcement,
       thresholds, rank) VALUES ($1, $2, '-infinity', 'infinity', 1e12, 3500000000, 'SOFT', '{}', 0)`,
    [organization, budget],
  );
  const insert = `INSERT INTO reservation (organization_id, id, account_id, amount_pico_usd, state, budget_ids, period_starts,
      created_at, expires_at, ended_at, usage_key, usage_key_day)
    SELECT $1, $2, a.id, 250000000000, $3::text, array_agg(bp.budget_id), array_agg(bp.starts_at), tollgate_now(),
      timestamptz '2100-01-01T00:00:00Z', CASE WHEN $3::text <> 'HELD' THEN tollgate_now() END, $4::text,
      CASE WHEN $4::text IS NOT NULL THEN date '1970-01-01' END
    FROM account a JOIN budget b ON b.organization_id = $1 AND b.period = 'LIFETIME' AND b.rank IN (0, 3)
    JOIN budget_period bp ON bp.organization_id = $1 AND bp.budget_id = b.id
    WHERE a.organization_id = $1 AND a.kind = 'USER' AND a.external_id = 'ada' GROUP BY a.id`;
  await client.query(insert, [organization, held, 'HELD', null]);
  await client.query(insert, [organization, settled, 'SETTLED', 'call-1']);
  await client.query(insert, [organization, expired, 'EXPIRED', null]);
  await client.query(
    `UPDATE budget_period SET held_pico_usd = 250000000000 WHERE organization_id = $1 AND starts_at = '-infinity' AND rank IN (0, 3)`,
    [organization],
  );
  await client.query(
    `UPDATE usage_record SET reservation_id = CASE idempotency_key WHEN 'call-1' THEN $2::uuid ELSE $3::uuid END
     WHERE organization_id = $1 AND idempotency_key IN ('call-1', 'call-4')`,
    [organization, settled, expired],
  );
  await reseal(client);
}
