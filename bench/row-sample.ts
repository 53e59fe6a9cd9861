/** What the baselines write: a record that the server itself wrote, and the budgets that it counted on. */
import type { ClientBase } from 'pg';

/** A user with its team, where it has one, and the budgets of its path, nearest first. */
export interface Spender {
  readonly account_id: string;
  readonly team_id: string | null;
  readonly budgets: readonly string[];
}

/** Columns of a record by name, those that differ from call to call left out; as text. */
export type SampleRecord = Readonly<Record<string, string | null>>;

export interface RowSample {
  readonly organizationId: string;
  /** All budgets here are for the same period. */
  readonly periodStartsAt: string;
  readonly spenders: readonly Spender[];
  readonly record: SampleRecord;
}

/** Columns that are the same in every record of the load. */
export const SAMPLE_COLUMNS = [
  'kind',
  'model_sent',
  'provider',
  'model',
  'quantities',
  'pricing_id',
  'lines',
  'has_unrated_units',
  'markup',
  'cost_pico_usd',
  'charge_pico_usd',
] as const;

const SPENDERS = `
  SELECT u.id AS account_id, u.team_id, array_agg(b.id::text ORDER BY b.rank) AS budgets
  FROM account u
  JOIN account o ON o.organization_id = u.organization_id AND o.kind = 'ORGANIZATION'
  JOIN budget b ON b.organization_id = u.organization_id AND b.account_id IN (u.id, u.team_id, o.id)
  WHERE u.organization_id = $1 AND u.kind = 'USER' GROUP BY u.organization_id, u.id ORDER BY u.id`;

const samples = new Map<string, Promise<RowSample>>();

/** Read once for all clients of a database: it stays as good as any later one, and finding the last record reads all. */
export function sampleOf(client: ClientBase, databaseUrl: string): Promise<RowSample> {
  const known = samples.get(databaseUrl) ?? readSample(client);
  samples.set(databaseUrl, known);
  return known;
}

export async function readSample(client: ClientBase): Promise<RowSample> {
  const { rows: records } = await client.query<SampleRecord & { organization_id: string }>(
    `SELECT organization_id, ${SAMPLE_COLUMNS.map((column) => `${column}::text`).join(', ')} FROM usage_record
     ORDER BY recorded_at DESC LIMIT 1`,
  );
  const record = records[0];
  if (!record) throw new Error('There is no record to take as a sample.');
  const organizationId = record.organization_id;
  const { rows: periods } = await client.query<{ starts_at: string }>(
    'SELECT DISTINCT starts_at::text FROM budget_period WHERE organization_id = $1',
    [organizationId],
  );
  const { rows: spenders } = await client.query<Spender>(SPENDERS, [organizationId]);
  const [period] = periods;
  if (!period || periods.length !== 1 || spenders.length === 0) throw new Error('The budgets were not made.');
  return { organizationId, periodStartsAt: period.starts_at, spenders, record };
}

/** The SQL type of each value that the statements name. */
export const VALUE_TYPES = {
  organization: 'uuid',
  starts_at: 'timestamptz',
  budget: 'uuid',
  budgets: 'uuid[]',
  reservation: 'uuid',
  reserved_at: 'timestamptz',
  held_pico_usd: 'numeric',
  key: 'text',
  account: 'uuid',
  team: 'uuid',
  kind: 'text',
  model_sent: 'text',
  provider: 'text',
  model: 'text',
  quantities: 'jsonb',
  pricing_id: 'uuid',
  lines: 'jsonb',
  has_unrated_units: 'boolean',
  markup: 'numeric',
  cost_pico_usd: 'numeric',
  charge_pico_usd: 'numeric',
} as const;

export type ValueName = keyof typeof VALUE_TYPES;

/** How a value is written into a statement: as a parameter, or as a literal. */
export type Written = (name: ValueName) => string;

/** The reservation that a record is of, and when its call was, in SQL. */
const WITHOUT = { reservation: 'NULL::uuid', at: 'now()' };

/** One record's transaction: insert, count on user, team and organization, total. The hottest rows come last and are locked shortest. */
export const insertStatement = (v: Written, { reservation, at } = WITHOUT) => `
  INSERT INTO usage_record (organization_id, ${SAMPLE_COLUMNS.join(', ')}, idempotency_key, key_day, content_hash,
    batch_id, account_id, user_id, team_id, reservation_id, occurred_at, budget_at, recorded_at, priced_at, billable_at)
  SELECT ${v('organization')}, ${SAMPLE_COLUMNS.map(v).join(', ')}, k.key, (n.at AT TIME ZONE 'UTC')::date,
    sha256(k.key::bytea), k.key::uuid, ${v('account')}, ${v('account')}, ${v('team')}, ${reservation}, ${at}, ${at},
    n.at, n.at, n.at
  FROM (SELECT ${v('key')} AS key) k, (SELECT now() AS at) n`;

export const countStatement = (v: Written) => `
  UPDATE budget_period SET spent_pico_usd = spent_pico_usd + ${v('charge_pico_usd')}
  WHERE organization_id = ${v('organization')} AND budget_id = ${v('budget')} AND starts_at = ${v('starts_at')}`;

export const totalStatement = (v: Written, { at } = WITHOUT) => `
  INSERT INTO usage_rollup AS r (organization_id, day, provider, model, record_count, unpriced_count, unrated_count,
    input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, cost_pico_usd, charge_pico_usd)
  VALUES (${v('organization')}, (${at} AT TIME ZONE 'UTC')::date, ${v('provider')}, ${v('model')}, 1, 0, 0,
    (${v('quantities')} ->> 'INPUT_TOKENS')::numeric, 0, 0, (${v('quantities')} ->> 'OUTPUT_TOKENS')::numeric,
    ${v('cost_pico_usd')}, ${v('charge_pico_usd')})
  ON CONFLICT (organization_id, day, provider, model) DO UPDATE SET record_count = r.record_count + 1,
    input_tokens = r.input_tokens + excluded.input_tokens, output_tokens = r.output_tokens + excluded.output_tokens,
    cost_pico_usd = r.cost_pico_usd + excluded.cost_pico_usd, charge_pico_usd = r.charge_pico_usd + excluded.charge_pico_usd`;
