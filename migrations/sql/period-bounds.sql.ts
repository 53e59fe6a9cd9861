/**
 * Which budget period an instant falls in. Every period row is made from this one function, so that whoever makes the
 * row first, on whatever server, makes the same row.
 *
 * Periods are [starts_at, ends_at). They are cut at the starts of local days, and a local day starts at the first
 * instant at which the zone's wall clock shows its midnight or anything later. That one sentence settles the odd days:
 * - midnight does not exist (Santiago, Beirut, Cairo in spring): the first instant after the gap;
 * - midnight comes twice (Havana and the Azores in autumn; St. John's, where 00:01 became 23:01): the first of the two,
 *   so that the wall clock of a period's first hour may show the day before. An instant belongs to the period that
 *   contains it; the text on the wall is never asked;
 * - a day is skipped (Samoa, 30 December 2011): it starts when the next one does and contains nothing;
 * - a day is repeated: it lasts 48 hours.
 * The start never moves back as days go by, so the periods tile the time line for every zone and anchor.
 *
 * Rejected, each seen to be wrong on PostgreSQL 18:
 * - `date_trunc(kind, instant, zone)` knows no anchor and takes the second of two midnights, which leaves the first hour
 *   of 1 November 2026 in Havana in October. So does a bare `day::timestamp AT TIME ZONE zone`;
 * - adding `interval '1 month'` to the last boundary: 31 January, 28 February, 28 March. Each boundary is computed from
 *   the anchor instead;
 * - taking the period of the wall clock's date: the repeated hour of St. John's would fall into a period that ended.
 *
 * STABLE, not IMMUTABLE: governments change the rules, and an update of the time zone data changes future answers. A row
 * that was made keeps its bounds.
 */

/**
 * `local_day_start(zone, day)`: the first instant at which the wall clock of the zone shows `day` 00:00 or later.
 *
 * PostgreSQL reads a wall time that comes twice as the second instant, and one that does not exist with the offset before
 * the gap. The offset in force 25 hours earlier (no clock was ever set by more than 24) finds the first of two; where
 * neither reading shows midnight, it lies in a gap whose end is searched by the second. That search takes 17 steps at
 * most and runs only where a gap begins before midnight; where it begins at midnight the first reading is its end.
 */
const LOCAL_DAY_START = `
CREATE OR REPLACE FUNCTION public.local_day_start(p_zone text, p_day date) RETURNS timestamptz
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  v_midnight timestamp := p_day::timestamp;
  v_read timestamptz := v_midnight AT TIME ZONE p_zone;
  v_earlier timestamptz := v_read - interval '25 hours';
  v_before timestamptz;
  v_low bigint := 0;
  v_high bigint;
  v_middle bigint;
BEGIN
  -- Midnight by the offset of the day before: wall time minus offset, both taken as if in UTC.
  v_before := (v_midnight - ((v_earlier AT TIME ZONE p_zone) - (v_earlier AT TIME ZONE 'UTC'))) AT TIME ZONE 'UTC';
  IF v_before < v_read AND v_before AT TIME ZONE p_zone = v_midnight THEN
    RETURN v_before;
  END IF;
  IF v_read AT TIME ZONE p_zone = v_midnight OR (v_read - interval '1 second') AT TIME ZONE p_zone < v_midnight THEN
    RETURN v_read;
  END IF;
  -- In the gap: v_low seconds before v_read the clock was not there yet, v_high seconds before it was.
  v_high := ceil(extract(epoch FROM (v_read AT TIME ZONE p_zone) - v_midnight))::bigint;
  WHILE v_high - v_low > 1 LOOP
    v_middle := (v_low + v_high) / 2;
    IF (v_read - v_middle * interval '1 second') AT TIME ZONE p_zone >= v_midnight THEN
      v_low := v_middle;
    ELSE
      v_high := v_middle;
    END IF;
  END LOOP;
  RETURN v_read - v_low * interval '1 second';
END
$body$`;

/**
 * `period_bounds(kind, zone, anchor_day, anchor_month, instant)`: the period of that kind that contains the instant.
 * Kinds: DAY; WEEK from Monday; MONTH from `anchor_day` (1-31, null = 1; a shorter month starts it on its last day, the
 * next one on the anchor again); YEAR from `anchor_day` of `anchor_month` (1-12, null = 1); LIFETIME, without ends.
 * DAY, WEEK and LIFETIME ignore the anchors. Errors, all 22023: an unknown kind, an anchor out of range, an instant that
 * is null or infinite, a zone that is null or that PostgreSQL does not know.
 *
 * Four boundaries, one before and two after the one by the wall clock's date, always enclose the instant.
 */
const PERIOD_BOUNDS = `
CREATE OR REPLACE FUNCTION public.period_bounds(
  p_kind text, p_zone text, p_anchor_day int, p_anchor_month int, p_instant timestamptz,
  OUT starts_at timestamptz, OUT ends_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  v_day date;
  v_month int;
  v_step int;
BEGIN
  IF p_kind IS NULL OR p_kind NOT IN ('DAY', 'WEEK', 'MONTH', 'YEAR', 'LIFETIME') THEN
    RAISE EXCEPTION 'unknown period kind %', p_kind USING ERRCODE = '22023';
  END IF;
  IF p_anchor_day NOT BETWEEN 1 AND 31 OR p_anchor_month NOT BETWEEN 1 AND 12 THEN
    RAISE EXCEPTION 'anchor day % or month % is out of range', p_anchor_day, p_anchor_month USING ERRCODE = '22023';
  END IF;
  IF p_zone IS NULL OR p_instant IS NULL OR NOT isfinite(p_instant) THEN
    RAISE EXCEPTION 'a period needs a zone and a finite instant' USING ERRCODE = '22023';
  END IF;
  IF p_kind = 'LIFETIME' THEN
    starts_at := '-infinity';
    ends_at := 'infinity';
    RETURN;
  END IF;

  v_day := (p_instant AT TIME ZONE p_zone)::date;
  IF p_kind IN ('DAY', 'WEEK') THEN
    v_step := CASE p_kind WHEN 'DAY' THEN 1 ELSE 7 END;
    v_day := CASE p_kind WHEN 'DAY' THEN v_day ELSE v_day - (extract(isodow FROM v_day)::int - 1) END;
    SELECT b.starts_at, b.ends_at INTO STRICT starts_at, ends_at
    FROM (
      SELECT s.at AS starts_at, lead(s.at) OVER (ORDER BY n) AS ends_at
      FROM generate_series(-1, 2) n, LATERAL (SELECT public.local_day_start(p_zone, v_day + n * v_step) AS at) s
    ) b
    WHERE b.starts_at <= p_instant AND p_instant < b.ends_at;
    RETURN;
  END IF;

  -- Months counted from year 0, so that a step over a year's end is plain addition.
  v_step := CASE p_kind WHEN 'MONTH' THEN 1 ELSE 12 END;
  v_month := extract(year FROM v_day)::int * 12
    + CASE p_kind WHEN 'MONTH' THEN extract(month FROM v_day)::int ELSE coalesce(p_anchor_month, 1) END - 1;
  SELECT b.starts_at, b.ends_at INTO STRICT starts_at, ends_at
  FROM (
    SELECT s.at AS starts_at, lead(s.at) OVER (ORDER BY n) AS ends_at
    FROM generate_series(-1, 2) n,
      LATERAL (SELECT make_date((v_month + n * v_step) / 12, (v_month + n * v_step) % 12 + 1, 1) AS first) f,
      LATERAL (SELECT (f.first + interval '1 month')::date - 1 AS last) l,
      LATERAL (SELECT public.local_day_start(p_zone, least(f.first + coalesce(p_anchor_day, 1) - 1, l.last)) AS at) s
  ) b
  WHERE b.starts_at <= p_instant AND p_instant < b.ends_at;
END
$body$`;

/** The statements to run, in order. */
export const PERIOD_BOUNDS_SQL: readonly string[] = [LOCAL_DAY_START, PERIOD_BOUNDS];
