/** What the checks' statements have in common: the shape of their answers, and the words for where a difference stands. */

/** One row whatever is found: how many rows were looked at, and what differs. */
export const answer = (count: string, differences: string, more = 'NULL AS last') => `
  SELECT coalesce((${count}), 0)::float8 AS count, coalesce(json_agg(d), '[]') AS differences, ${more}
  FROM (${differences}) d`;

/** Sums to be carried on, as one text. */
export const carry = (sums: string) => `SELECT coalesce(json_agg(c), '[]')::text AS carried FROM ${sums} c`;

/** The columns of a difference, each of them SQL; a value is null where there is nothing. */
export const found = (column: {
  subject: string;
  what: string;
  place: string;
  stored: string;
  recomputed: string;
  isMoney: string;
}) => `${column.subject} AS subject, ${column.what} AS what, ${column.place} AS place, (${column.stored})::text AS stored,
  (${column.recomputed})::text AS recomputed, ${column.isMoney} AS "isMoney"`;

/** In UTC, whatever the session's zone is. */
export const instant = (at: string) =>
  `CASE WHEN isfinite(${at}) THEN to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') ELSE ${at}::text END`;

/** A period row in words, by `b` and `a` of `budgetJoin`. What callers named is quoted, so it stays on the line. */
export const periodPlace = (budgetId: string, startsAt: string) =>
  `concat('budget ', ${budgetId}, ' (', a.kind, CASE WHEN a.kind <> 'ORGANIZATION' THEN ' ' || to_json(a.external_id)::text END,
    ', ', b.period, ')', CASE WHEN ${startsAt} IS NULL THEN ' where it has no period row'
      WHEN isfinite(${startsAt}) THEN ' from ' || ${instant(startsAt)} END)`;

/** The budget `b` and the account `a` of a budget id; either may be missing. */
export const budgetJoin = (budgetId: string) => `
  LEFT JOIN public.budget b ON b.organization_id = $1 AND b.id = ${budgetId}
  LEFT JOIN public.account a ON a.organization_id = $1 AND a.id = b.account_id`;
