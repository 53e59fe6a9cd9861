/**
 * Short looks at a live database. Each is one snapshot that takes no lock a writer could wait for. While a snapshot
 * stands, PostgreSQL keeps every version of a hot row that came after it (12 s of that cut the hot path to a quarter), so
 * an organization is one snapshot, and a large one many.
 */
import type { ClientBase } from 'pg';
import { findSealer } from '../encryption/sealer.js';

/** A statement that takes longer is given up, in ms, and so is a snapshot that nobody uses. */
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 10_000;

/** A sort or hash of one slice stays in memory; no worker processes, because the others need the cores. */
const SETTINGS = `SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS};
  SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS};
  SET LOCAL work_mem = '64MB'; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off`;

export async function inSnapshot<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${SETTINGS}`);
  try {
    return await work();
  } finally {
    // A connection that broke has nothing to end, and its own error is the one to report.
    await client.query('ROLLBACK').catch(() => undefined);
  }
}

export interface Organization {
  readonly id: string;
  /** undefined where the keys are not here. */
  readonly name: string | undefined;
}

/** In the order of their making. */
export async function readOrganizations(client: ClientBase): Promise<Organization[]> {
  const { rows } = await client.query<{ id: string; name: string }>(
    'SELECT organization_id AS id, name FROM public.organization ORDER BY organization_id',
  );
  const sealer = findSealer(client);
  return rows.map(({ id, name }) => ({ id, name: sealer?.open('organization.name', name) }));
}

/**
 * The instants that cut an organization's records into slices of about so many, by when they were recorded. How many
 * there are is taken from the totals by day: they may be wrong, and only the sizes would be. Days with more are cut into
 * equal parts. No cut is younger than a minute: what was recorded before one must be committed when its slice is read.
 */
const CUTS = `
  WITH days AS (
    SELECT r.day::timestamp AT TIME ZONE o.zone AS starts_at, sum(r.record_count + 2 * r.reversal_count) AS records,
      greatest(ceil(sum(r.record_count + 2 * r.reversal_count) / $2::numeric), 1) AS parts
    FROM public.usage_rollup r JOIN public.organization o ON o.organization_id = r.organization_id
    WHERE r.organization_id = $1
    GROUP BY 1
  ),
  filled AS (
    SELECT d.starts_at + part * interval '1 day' / d.parts::float8 AS at,
      sum(d.records / d.parts) OVER (ORDER BY d.starts_at, part) - d.records / d.parts AS before
    FROM days d CROSS JOIN LATERAL generate_series(0, d.parts::int - 1) AS part
  )
  SELECT min(f.at)::text AS cut FROM filled f
  WHERE f.before >= $2::numeric
  GROUP BY floor(f.before / $2::numeric)
  HAVING min(f.at) < public.tollgate_now() - interval '1 minute'
  ORDER BY min(f.at)`;

export async function readCuts(client: ClientBase, organizationId: string, records: number): Promise<string[]> {
  const { rows } = await client.query<{ cut: string }>(CUTS, [organizationId, records]);
  return rows.map(({ cut }) => cut);
}
