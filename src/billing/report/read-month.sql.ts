/** The days of a month, and its usage: sums as digits, no number of JavaScript ever holds an amount. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Day } from '../amount/proration.js';

/** A month of the organization's calendar, `[firstDay, nextDay)` and `[startsAt, endsAt)`. */
export interface ReportedMonth {
  readonly firstDay: Day;
  readonly nextDay: Day;
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** The first day of the next month, or today where that is not over yet. */
  readonly asOfDay: Day;
}

export async function readMonth(
  em: EntityManager,
  organizationId: string,
  month: string,
  now: Date,
): Promise<ReportedMonth> {
  const { rows } = await sql<Omit<ReportedMonth, 'startsAt' | 'endsAt'> & { startsAtMs: number; endsAtMs: number }>`
    SELECT d.first::text AS "firstDay", d.next::text AS "nextDay",
      (extract(epoch FROM public.local_day_start(o.zone, d.first)) * 1000)::float8 AS "startsAtMs",
      (extract(epoch FROM public.local_day_start(o.zone, d.next)) * 1000)::float8 AS "endsAtMs",
      least(d.next, public.local_day_of(o.zone, ${now}))::text AS "asOfDay"
    FROM organization o
    CROSS JOIN LATERAL (SELECT m.day AS first, (m.day + interval '1 month')::date AS next
      FROM (SELECT to_date(${month}, 'YYYY-MM') AS day) m) d
    WHERE o.organization_id = ${organizationId}`.execute(em.getKysely());
  const [row] = rows;
  if (!row) throw new Error('The organization is missing.');
  const { startsAtMs, endsAtMs, ...days } = row;
  return { ...days, startsAt: new Date(startsAtMs), endsAt: new Date(endsAtMs) };
}

export interface UsageSums {
  readonly isTotal: boolean;
  readonly provider: string | null;
  readonly model: string | null;
  readonly recordCount: string;
  readonly unpricedCount: string;
  readonly unratedCount: string;
  readonly cost: string;
  readonly charge: string;
}

/** The total first, which has all, then the most expensive models. */
export async function readUsage(
  em: EntityManager,
  organizationId: string,
  { firstDay, nextDay }: ReportedMonth,
  mostModels: number,
): Promise<UsageSums[]> {
  const { rows } = await sql<UsageSums>`
    SELECT grouping(r.provider) = 1 AS "isTotal", nullif(r.provider, '') AS provider, nullif(r.model, '') AS model,
      coalesce(sum(r.record_count), 0)::text AS "recordCount",
      coalesce(sum(r.unpriced_count), 0)::text AS "unpricedCount",
      coalesce(sum(r.unrated_count), 0)::text AS "unratedCount",
      coalesce(sum(r.cost_pico_usd), 0)::text AS cost, coalesce(sum(r.charge_pico_usd), 0)::text AS charge
    FROM usage_rollup r
    WHERE r.organization_id = ${organizationId} AND r.day >= ${firstDay}::date AND r.day < ${nextDay}::date
    GROUP BY GROUPING SETS ((), (r.provider, r.model))
    HAVING grouping(r.provider) = 1 OR bool_or(r.record_count <> 0 OR r.cost_pico_usd <> 0 OR r.charge_pico_usd <> 0)
    ORDER BY grouping(r.provider) DESC, sum(r.charge_pico_usd) DESC, r.provider, r.model
    LIMIT ${mostModels + 1}`.execute(em.getKysely());
  return rows;
}
