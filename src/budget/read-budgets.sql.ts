import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { WantedAccount } from '../identity/ensure-account.sql.js';
import type { DecidingRow } from './decision.js';

export interface BudgetPath {
  /** Undefined where the account was never used. */
  readonly accountId: string | undefined;
  readonly teamId: string | undefined;
  readonly rootId: string;
  /** Whether the account, its team or the organization is disabled. */
  readonly isDisabled: boolean;
  /** Own ones first, then the team's, then the organization's. */
  readonly rows: readonly DecidingRow[];
}

interface Row {
  readonly accountId: string | null;
  readonly teamId: string | null;
  readonly rootId: string;
  readonly isDisabled: boolean;
  readonly period: DecidingRow | null;
}

/**
 * Every budget that counts what the account spends at an instant, with the period that contains it, in one statement. A
 * period that nothing fell in yet has no row: it is answered as it would be made. So is an account that was never used,
 * with its default budget.
 */
export async function readBudgetPath(
  em: EntityManager,
  organizationId: string,
  account: WantedAccount,
  now: Date,
  defaultLimitPicoUsd: bigint | undefined,
): Promise<BudgetPath> {
  const { kind, externalId } = account;
  const team = account.teamExternalId ?? null;
  const defaultLimit = defaultLimitPicoUsd?.toString() ?? null;
  const { rows } = await sql<Row>`
    WITH path AS (
      SELECT org.zone, root.id AS root_id, root.disabled_at AS root_disabled_at, own.id AS own_id,
        own.disabled_at AS own_disabled_at,
        CASE WHEN own.id IS NOT NULL THEN own.team_id ELSE (
          SELECT t.id FROM account t
          WHERE t.organization_id = ${organizationId} AND t.kind = 'TEAM' AND t.external_id = ${team}::text) END AS team_id
      FROM organization org
      JOIN account root ON root.organization_id = org.organization_id AND root.kind = 'ORGANIZATION' AND root.external_id = ''
      LEFT JOIN account own ON own.organization_id = org.organization_id AND own.kind = ${kind} AND own.external_id = ${externalId}
      WHERE org.organization_id = ${organizationId}
    )
    SELECT path.own_id AS "accountId", path.team_id AS "teamId", path.root_id AS "rootId",
      coalesce(path.own_disabled_at, team.disabled_at, path.root_disabled_at) IS NOT NULL AS "isDisabled", found.period
    FROM path
    LEFT JOIN account team ON team.organization_id = ${organizationId} AND team.id = path.team_id
    LEFT JOIN LATERAL (
      SELECT b.rank, b.id, jsonb_build_object('budgetId', b.id, 'accountId', b.account_id, 'rank', b.rank, 'name', b.name,
        'period', b.period, 'models', b.models, 'startsAt', coalesce(bp.starts_at, fresh.starts_at),
        'endsAt', coalesce(bp.ends_at, fresh.ends_at), 'limit', coalesce(bp.limit_pico_usd, b.limit_pico_usd)::text,
        'spent', coalesce(bp.spent_pico_usd, 0)::text, 'held', coalesce(bp.held_pico_usd, 0)::text,
        'enforcement', coalesce(bp.enforcement, b.enforcement), 'thresholds', coalesce(bp.thresholds, b.thresholds),
        'isInGrace', coalesce(bp.grace_until > ${now}, false)) AS period
      FROM budget b
      LEFT JOIN budget_period bp ON bp.organization_id = b.organization_id AND bp.budget_id = b.id
        AND bp.starts_at <= ${now} AND bp.ends_at > ${now}
      LEFT JOIN LATERAL (
        SELECT w.starts_at, w.ends_at FROM period_bounds(b.period, b.zone, b.anchor_day, b.anchor_month, ${now}) w
        WHERE bp.starts_at IS NULL) fresh ON true
      WHERE b.organization_id = ${organizationId} AND b.account_id IN (path.own_id, path.team_id, path.root_id)
        AND b.begins_at <= ${now} AND (b.ended_at IS NULL OR b.ended_at > ${now})
      UNION ALL
      SELECT 1, NULL, jsonb_build_object('budgetId', NULL, 'accountId', NULL, 'rank', 1, 'name', NULL, 'period', 'MONTH',
        'models', NULL, 'startsAt', w.starts_at, 'endsAt', w.ends_at, 'limit', ${defaultLimit}::text, 'spent', '0',
        'held', '0', 'enforcement', 'HARD', 'thresholds', ARRAY[50, 80, 100], 'isInGrace', false)
      FROM period_bounds('MONTH', path.zone, NULL, NULL, ${now}) w
      WHERE path.own_id IS NULL AND ${kind} = 'USER' AND ${defaultLimit}::text IS NOT NULL
    ) found ON true
    ORDER BY found.rank, found.id`.execute(em.getKysely());
  const first = rows[0];
  if (!first) throw new Error('The root account of the organization is missing.');
  return {
    accountId: first.accountId ?? undefined,
    teamId: first.teamId ?? undefined,
    rootId: first.rootId,
    isDisabled: first.isDisabled,
    rows: rows.flatMap(({ period }) => (period ? [period] : [])),
  };
}
