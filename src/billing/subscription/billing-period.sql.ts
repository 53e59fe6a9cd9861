import DataLoader from 'dataloader';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Operation } from '../../operation.js';
import type { PlanInterval } from '../plan/plan-terms.js';
import type { Day } from '../amount/proration.js';

/** No day is the first of all kinds of periods at once: weeks have a Monday of their own. */
export const CALENDAR_ANCHOR: Readonly<Record<PlanInterval, Day>> = {
  WEEK: '2000-01-03',
  MONTH: '2000-01-01',
  QUARTER: '2000-01-01',
  YEAR: '2000-01-01',
};

/** Periods from the one that contains a day, each cut to the days that are billed, `[billedFrom, billedTo)`. */
export interface PeriodsWanted {
  readonly interval: PlanInterval;
  readonly anchorDay: Day;
  readonly fromDay: Day;
  readonly count: number;
  readonly billedFrom: Day;
  /** null: no end. */
  readonly billedTo: Day | null;
}

/** Days that end something are the first that do not belong to it. */
export interface PeriodBounds {
  /** Of the whole period. */
  readonly startDay: Day;
  readonly endDay: Day;
  /** Of what is billed. */
  readonly billedFrom: Day;
  readonly billedTo: Day;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** Batched over all subscriptions of an operation, each list read once. Periods without a billed day are left out. */
export function periodsOf(operation: Operation, wanted: PeriodsWanted): Promise<PeriodBounds[]> {
  return operation.loader(periodsOf, periodLoader).load(wanted);
}

function periodLoader(operation: Operation): DataLoader<PeriodsWanted, PeriodBounds[], string> {
  return new DataLoader(
    async (wanted) => {
      const em = await operation.em();
      const rows = await readPeriods(em, operation.principal.organizationId, wanted);
      const byPlace = Map.groupBy(rows, ({ place }) => place);
      return wanted.map((_one, n) => byPlace.get(n + 1) ?? []);
    },
    { cacheKeyFn: (wanted) => JSON.stringify(wanted) },
  );
}

type PeriodRow = Omit<PeriodBounds, 'startsAt' | 'endsAt'> & {
  readonly place: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
};

const milliseconds = (day: string) =>
  sql.raw(`(extract(epoch FROM public.local_day_start(o.zone, b.${day})) * 1000)::float8`);

async function readPeriods(
  em: EntityManager,
  organizationId: string,
  wanted: readonly PeriodsWanted[],
): Promise<(PeriodBounds & { readonly place: number })[]> {
  const { rows } = await sql<PeriodRow>`
    SELECT w.place::int AS place, p.start_day::text AS "startDay", p.end_day::text AS "endDay",
      b.from_day::text AS "billedFrom", b.to_day::text AS "billedTo",
      ${milliseconds('from_day')} AS "startsAtMs", ${milliseconds('to_day')} AS "endsAtMs"
    FROM organization o
    CROSS JOIN ROWS FROM (jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
      AS (interval text, "anchorDay" date, "fromDay" date, count int, "billedFrom" date, "billedTo" date))
      WITH ORDINALITY AS w (interval, anchor_day, from_day, count, billed_from, billed_to, place)
    CROSS JOIN LATERAL public.billing_periods(w.interval, w.anchor_day, w.from_day, w.count) p
    CROSS JOIN LATERAL (
      SELECT greatest(p.start_day, w.billed_from) AS from_day, least(p.end_day, w.billed_to) AS to_day) b
    WHERE o.organization_id = ${organizationId} AND b.from_day < b.to_day
    ORDER BY w.place, p.start_day`.execute(em.getKysely());
  return rows.map(({ startsAtMs, endsAtMs, ...row }) => ({
    ...row,
    startsAt: new Date(startsAtMs),
    endsAt: new Date(endsAtMs),
  }));
}

/** The local day of an operation; read once for each. */
export function todayOf(operation: Operation): Promise<Day> {
  return operation.loader(todayOf, async (of) => readDay(await of.em(), of.principal.organizationId, of.now));
}

/** The local day that it is by now, for who has waited: an operation may have begun on the day before. */
export function readToday(em: EntityManager, organizationId: string): Promise<Day> {
  return readDay(em, organizationId, undefined);
}

async function readDay(em: EntityManager, organizationId: string, instant: Date | undefined): Promise<Day> {
  const { rows } = await sql<{ day: Day }>`
    SELECT public.local_day_of(o.zone, coalesce(${instant ?? null}::timestamptz, public.tollgate_now()))::text AS day
    FROM organization o WHERE o.organization_id = ${organizationId}`.execute(em.getKysely());
  const day = rows[0]?.day;
  if (day === undefined) throw new Error('An instant has no local day.');
  return day;
}
