import type { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import type { Pool } from 'pg';
import type { WantedAccount } from '../identity/ensure-account.sql.js';
import type { PeriodRow } from './budget-status.js';

export interface BudgetPath {
  /** Undefined where the account was never used. */
  readonly accountId: string | undefined;
  /** Whose run the account is; undefined where it is none, or nobody's. */
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly rootId: string;
  /** Whether the account, a run that was named beside it, or anything above it is disabled. */
  readonly isDisabled: boolean;
  /** The run's first, then the user's, the team's, and the organization's. */
  readonly rows: readonly PeriodRow[];
}

export interface WatchedAccount {
  readonly organizationId: string;
  readonly account: WantedAccount;
  /** A run in which the account spends: its budgets count that too, whoever's run it is. */
  readonly runId?: string | undefined;
}

interface Row {
  /** Which of the accounts, from 1 on. */
  readonly ordinal: string;
  readonly accountId: string | null;
  readonly userId: string | null;
  readonly teamId: string | null;
  readonly rootId: string;
  readonly isDisabled: boolean;
  readonly period: PeriodRow | null;
}

const PATHS = `
  WITH path AS (
    SELECT w.ordinal, w.kind, org.organization_id, org.zone, root.id AS root_id, root.disabled_at AS root_disabled_at,
      own.id AS own_id, usr.id AS user_id, run.id AS run_id,
      coalesce(own.disabled_at, usr.disabled_at, run.disabled_at) AS disabled_at,
      CASE WHEN own.id IS NOT NULL THEN coalesce(own.team_id, usr.team_id) ELSE (
        SELECT t.id FROM account t
        WHERE t.organization_id = w.organization_id AND t.kind = 'TEAM' AND t.external_id = w.team) END AS team_id
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $7::text[]) WITH ORDINALITY
      AS w (organization_id, kind, external_id, team, run, ordinal)
    JOIN organization org ON org.organization_id = w.organization_id
    JOIN account root ON root.organization_id = w.organization_id AND root.kind = 'ORGANIZATION' AND root.external_id = ''
    LEFT JOIN account own ON own.organization_id = w.organization_id AND own.kind = w.kind
      AND own.external_id = w.external_id
    LEFT JOIN account usr ON usr.organization_id = w.organization_id AND usr.id = own.user_id
    LEFT JOIN account run ON run.organization_id = w.organization_id AND run.kind = 'RUN' AND run.external_id = w.run
  )
  SELECT path.ordinal, path.own_id AS "accountId", path.user_id AS "userId", path.team_id AS "teamId",
    path.root_id AS "rootId", coalesce(path.disabled_at, team.disabled_at, path.root_disabled_at) IS NOT NULL AS "isDisabled", found.period
  FROM path
  LEFT JOIN account team ON team.organization_id = path.organization_id AND team.id = path.team_id
  LEFT JOIN LATERAL (
    SELECT b.rank, b.id, jsonb_build_object('budgetId', b.id, 'accountId', b.account_id, 'rank', b.rank, 'name', b.name,
      'period', b.period, 'models', b.models, 'endedAt', b.ended_at, 'startsAt', coalesce(bp.starts_at, fresh.starts_at),
      'endsAt', coalesce(bp.ends_at, fresh.ends_at), 'limit', coalesce(bp.limit_pico_usd, b.limit_pico_usd)::text,
      'spent', coalesce(bp.spent_pico_usd, 0)::text, 'held', coalesce(bp.held_pico_usd, 0)::text,
      'enforcement', coalesce(bp.enforcement, b.enforcement), 'thresholds', coalesce(bp.thresholds, b.thresholds),
      'graceUntil', coalesce(bp.grace_until, b.grace_until), 'wouldDenyCount', coalesce(bp.would_deny_count, 0),
      'accountCreatedAt', (SELECT a.created_at FROM account a WHERE a.organization_id = b.organization_id AND a.id = b.account_id)) AS period
    FROM budget b
    LEFT JOIN budget_period bp ON bp.organization_id = b.organization_id AND bp.budget_id = b.id
      AND bp.starts_at <= $5 AND bp.ends_at > $5
    LEFT JOIN LATERAL (
      SELECT w.starts_at, w.ends_at FROM period_bounds(b.period, b.zone, b.anchor_day, b.anchor_month, $5) w
      WHERE bp.starts_at IS NULL) fresh ON true
    WHERE b.organization_id = path.organization_id AND b.account_id IN (path.run_id, path.own_id, path.user_id, path.team_id, path.root_id)
      AND b.begins_at <= $5 AND (b.ended_at IS NULL OR b.ended_at > $5)
    UNION ALL
    SELECT 1, NULL, jsonb_build_object('budgetId', NULL, 'accountId', NULL, 'rank', 1, 'name', NULL, 'period', 'MONTH',
      'models', NULL, 'endedAt', NULL, 'startsAt', w.starts_at, 'endsAt', w.ends_at, 'limit', $6::text, 'spent', '0',
      'held', '0', 'enforcement', 'HARD', 'thresholds', ARRAY[50, 80, 100], 'graceUntil', NULL,
      'wouldDenyCount', 0, 'accountCreatedAt', $5::timestamptz)
    FROM period_bounds('MONTH', path.zone, NULL, NULL, $5) w
    WHERE path.own_id IS NULL AND path.kind = 'USER' AND $6::text IS NOT NULL
  ) found ON true
  ORDER BY path.ordinal, found.rank, found.id`;

/**
 * Every budget that counts what an account spends at an instant, with the period that contains it, in one statement. A
 * period that nothing fell in yet has no row: it is answered as it would be made. So is an account that was never used,
 * with its default budget.
 */
export async function readBudgetPath(
  em: EntityManager,
  watched: WatchedAccount,
  now: Date,
  defaultLimitPicoUsd: bigint | undefined,
): Promise<BudgetPath> {
  const parameters = parametersOf([watched], now, defaultLimitPicoUsd);
  const { rows } = await em.getKysely().executeQuery<Row>(CompiledQuery.raw(PATHS, parameters));
  return pathOf(rows);
}

/** The same for many accounts of any organizations, in their order, in one statement. */
export async function readBudgetPaths(
  pool: Pool,
  watched: readonly WatchedAccount[],
  now: Date,
  defaultLimitPicoUsd: bigint | undefined,
): Promise<BudgetPath[]> {
  const values = parametersOf(watched, now, defaultLimitPicoUsd);
  const { rows } = await pool.query<Row>({ name: 'read-budget-paths', text: PATHS, values });
  const byOrdinal = Map.groupBy(rows, (row) => Number(row.ordinal));
  return watched.map((_account, index) => pathOf(byOrdinal.get(index + 1) ?? []));
}

function parametersOf(
  watched: readonly WatchedAccount[],
  now: Date,
  defaultLimitPicoUsd: bigint | undefined,
): unknown[] {
  return [
    watched.map(({ organizationId }) => organizationId),
    watched.map(({ account }) => account.kind),
    watched.map(({ account }) => account.externalId),
    watched.map(({ account }) => account.teamExternalId ?? null),
    now,
    defaultLimitPicoUsd?.toString() ?? null,
    watched.map(({ runId }) => runId ?? null),
  ];
}

function pathOf(rows: readonly Row[]): BudgetPath {
  const first = rows[0];
  if (!first) throw new Error('The root account of the organization is missing.');
  return {
    accountId: first.accountId ?? undefined,
    userId: first.userId ?? undefined,
    teamId: first.teamId ?? undefined,
    rootId: first.rootId,
    isDisabled: first.isDisabled,
    rows: rows.flatMap(({ period }) => (period ? [period] : [])),
  };
}
