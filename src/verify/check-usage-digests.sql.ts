import { CORRECTED_ROWS, entryHash, PRICED_ROWS, RECORDED_ROWS_LATER } from '../../migrations/sql/usage-digest.sql.js';
import { answer, found, instant } from './answer.sql.js';
import { chain } from './check-chain.sql.js';

/** The batch of what was written before there were digests. */
const BEFORE = `'00000000-0000-0000-0000-000000000000'::uuid`;

const SAID = (count: string, digest: string) =>
  `CASE WHEN ${digest} IS NOT NULL THEN concat(${count}, ' rows, ', left(encode(${digest}, 'hex'), 16)) END`;

/** Entries `e` and what the rows `r` of each give now. */
const differing = (what: string, at: string, join: string, isMeant = 'true') => `SELECT ${found({
  subject: 'coalesce(e.batch_id, r.batch_id)',
  what: `'digest of ${what}'`,
  place: `CASE WHEN coalesce(e.batch_id, r.batch_id) = ${BEFORE} THEN concat('what was there before digests, ', ${instant(at)})
    ELSE concat('batch ', coalesce(e.batch_id, r.batch_id), ' at ', ${instant(at)}) END`,
  stored: SAID('e.record_count', 'e.digest'),
  recomputed: SAID('r.count', 'r.digest'),
  isMoney: 'false',
})}
  ${join}
  WHERE (r.digest IS DISTINCT FROM e.digest OR r.count <> e.record_count) AND ${isMeant}
  ORDER BY ${at}, 1`;

/** Whether nothing says that there were records of that day before there were digests. */
const NONE_BEFORE = (at: string) => `NOT EXISTS (
    SELECT FROM public.usage_digest b WHERE b.organization_id = $1 AND b.batch_id = ${BEFORE} AND b.kind = 'RECORDED'
      AND b.at = date_trunc('day', ${at}, 'UTC'))`;

/** What a record was before a correction overwrote it. */
const CORRECTION = `LEFT JOIN public.usage_correction c ON c.organization_id = $1 AND c.corrected_key = u.idempotency_key
      AND c.corrected_key_day = u.key_day`;

/** The records of each call. About the organization $1, recorded in [$2, $3): those of a call are of one instant. */
export const RECORDED_DIGESTS = `
  WITH r AS MATERIALIZED (
    SELECT u.batch_id, u.recorded_at AS at, count(*) AS count, ${RECORDED_ROWS_LATER} AS digest
    FROM public.usage_record u ${CORRECTION} AND u.unpriced_reason = 'VOIDED'
    WHERE u.organization_id = $1 AND u.recorded_at >= $2 AND u.recorded_at < $3
    GROUP BY 1, 2
  ),
  e AS MATERIALIZED (
    SELECT d.batch_id, d.at, d.record_count, d.digest FROM public.usage_digest d
    WHERE d.organization_id = $1 AND d.kind = 'RECORDED' AND d.batch_id <> ${BEFORE} AND d.at >= $2 AND d.at < $3
  ) ${answer(
    'SELECT sum(r.count) FROM r',
    differing(
      'records',
      'coalesce(e.at, r.at)',
      'FROM r FULL JOIN e ON e.batch_id = r.batch_id AND e.at = r.at',
      `(e.batch_id IS NOT NULL OR ${NONE_BEFORE('r.at')})`,
    ),
  )}`;

/** The records of each day before there were digests. About the organization $1. */
export const EARLIER_DIGESTS = answer(
  'SELECT NULL::int',
  differing(
    'records',
    'e.at',
    `FROM public.usage_digest e
    CROSS JOIN LATERAL (
      SELECT ${BEFORE} AS batch_id, count(*) AS count, ${RECORDED_ROWS_LATER} AS digest
      FROM public.usage_record u ${CORRECTION} AND u.unpriced_reason = 'VOIDED'
      WHERE u.organization_id = $1 AND u.recorded_at >= e.at AND u.recorded_at < e.at + interval '1 day'
        AND NOT EXISTS (SELECT FROM public.usage_digest o WHERE o.organization_id = $1 AND o.kind = 'RECORDED'
          AND o.batch_id = u.batch_id AND o.at = u.recorded_at)) r`,
    `e.organization_id = $1 AND e.batch_id = ${BEFORE} AND e.kind = 'RECORDED'`,
  ),
);

/** What got its price later, and what was corrected. About the organization $1. */
const LATER = (kind: string, what: string, rows: string) =>
  answer(
    'SELECT NULL::int',
    differing(
      what,
      'e.at',
      `FROM (${rows}) r
    FULL JOIN (
      SELECT d.batch_id, d.at, d.record_count, d.digest FROM public.usage_digest d
      WHERE d.organization_id = $1 AND d.kind = '${kind}') e ON e.batch_id = r.batch_id`,
    ),
  );

export const PRICED_DIGESTS = LATER(
  'PRICED',
  'prices',
  `SELECT u.pricing_batch_id AS batch_id, count(*) AS count, ${PRICED_ROWS} AS digest
      FROM public.usage_record u
      WHERE u.organization_id = $1 AND u.pricing_batch_id IS NOT NULL
      GROUP BY 1`,
);

export const CORRECTED_DIGESTS = LATER(
  'CORRECTED',
  'corrections',
  `SELECT coalesce(o.batch_id, ${BEFORE}) AS batch_id, count(*) AS count, ${CORRECTED_ROWS} AS digest
      FROM public.usage_correction c
      LEFT JOIN public.usage_record u ON u.organization_id = $1 AND u.idempotency_key = c.reversal_key AND u.key_day = c.key_day
      LEFT JOIN public.usage_digest o ON o.organization_id = $1 AND o.kind = 'CORRECTED' AND o.batch_id = u.batch_id
      WHERE c.organization_id = $1
      GROUP BY 1`,
);

export const USAGE_CHAIN = chain({
  entries: 'usage_digest',
  head: 'usage_digest_head',
  hash: (previous) => entryHash(previous, '$1::uuid, p.seq, p.batch_id, p.kind, p.record_count, p.digest, p.at'),
  place: 'usage digest',
});
