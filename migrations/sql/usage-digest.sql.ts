/**
 * The chain of digests over usage: each call that writes records, gives them their price or corrects them appends one entry,
 * whose hash is made of the entry before it and of a digest of those rows. Whoever changes, removes or inserts a row
 * later, in whatever way, leaves rows that do not give the digest; whoever mends the entry too leaves a chain that does
 * not give the head.
 *
 * Digests are taken of PostgreSQL's binary form of the columns (record_send), which depends on no setting and has the
 * length of each value before it. These texts are frozen: another order of columns gives other digests.
 */

/** In which rows stand in a digest. */
const sorted = (digest: string, key: string, keyDay: string) =>
  `sha256(string_agg(${digest}, '' ORDER BY ${key} COLLATE "C", ${keyDay}))`;

/** What is said of a record, which never changes. */
const SAID = `u.idempotency_key, u.key_day, u.kind, u.content_hash, u.batch_id, u.account_id, u.user_id, u.team_id, u.run_id,
  u.reservation_id, u.provider_sent, u.model_sent, u.quantities, u.provider_usage, u.tags, u.reason, u.occurred_at,
  u.budget_at, u.recorded_at`;

/** What it costs, which changes once where it was unknown. */
const PRICE = [
  'provider',
  'model',
  'pricing_id',
  'lines',
  'has_unrated_units',
  'markup',
  'cost_pico_usd',
  'charge_pico_usd',
];
const INSTANTS = ['priced_at', 'billable_at'];

const asRecorded = (column: string) => `CASE WHEN u.pricing_batch_id IS NULL THEN u.${column} END`;

/**
 * Of the row u of usage_record as it was when it was recorded.
 * @param unpricedReason as it was then: a correction overwrites it, and keeps it.
 */
const recordDigest = (unpricedReason: string) => `sha256(record_send(ROW(${SAID}, ${unpricedReason},
  ${[...PRICE, ...INSTANTS].map(asRecorded).join(', ')})))`;

/** Of what a row u got later. */
const PRICE_DIGEST = `sha256(record_send(ROW(u.idempotency_key, u.key_day, u.pricing_batch_id, u.unpriced_reason,
  ${[...PRICE, ...INSTANTS].map((column) => `u.${column}`).join(', ')})))`;

/** Of a row c of usage_correction. */
const CORRECTION_DIGEST = `sha256(record_send(ROW(c.corrected_key, c.corrected_key_day, c.reversal_key, c.replacement_key,
  c.key_day, c.reason, c.corrected_by, c.created_at, c.unpriced_reason)))`;

/** Of rows u as they were just recorded. */
export const RECORDED_ROWS = sorted(recordDigest('u.unpriced_reason'), 'u.idempotency_key', 'u.key_day');

/** The same of rows u that may have been corrected since, by a row c of usage_correction. */
export const RECORDED_ROWS_LATER = sorted(
  recordDigest(
    `CASE WHEN u.pricing_batch_id IS NOT NULL AND u.unpriced_reason = 'VOIDED' THEN c.unpriced_reason ELSE u.unpriced_reason END`,
  ),
  'u.idempotency_key',
  'u.key_day',
);

export const PRICED_ROWS = sorted(PRICE_DIGEST, 'u.idempotency_key', 'u.key_day');

export const CORRECTED_ROWS = sorted(CORRECTION_DIGEST, 'c.corrected_key', 'c.corrected_key_day');

/** The hash of an entry whose columns these are. */
export const entryHash = (previous: string, entry: string) => `sha256(record_send(ROW(${previous}, ${entry})))`;

/** What an entry says, after the hash before it. With casts, because the types are part of the binary form. */
const entry = (seq: string, batch: string, kind: string, count: string, digest: string, at: string) =>
  `p_org, ${seq}, ${batch}, ${kind}::text, (${count})::bigint, ${digest}, ${at}`;

interface Entry {
  /** SQL of each. */
  readonly batch: string;
  readonly kind: string;
  readonly count: string;
  readonly at: string;
  /** A SELECT of the rows' digest as `digest`. */
  readonly digest: string;
}

/**
 * The last step of a function that writes usage: one more entry of the organization's chain. After all other rows: the
 * head is locked to the commit, so the order of the chain is the order of commits. In each function itself, because the
 * call of another one, with settings of its own, took as long as these two statements.
 *
 * The head is made where it is not there: a server of the version before makes organizations without one. Declares
 * nothing but uses v_seq bigint, v_hash bytea, v_digest bytea.
 */
export const appendEntry = ({ batch, kind, count, at, digest }: Entry) => `
  FOR v_try IN 1 .. 2 LOOP
    UPDATE public.usage_digest_head h SET last_seq = h.last_seq + 1,
      last_hash = ${entryHash('h.last_hash', entry('h.last_seq + 1', batch, kind, count, 'd.digest', at))}
    FROM (${digest}) d
    WHERE h.organization_id = p_org
    RETURNING h.last_seq, h.last_hash, d.digest INTO v_seq, v_hash, v_digest;
    EXIT WHEN FOUND;
    IF v_try = 2 THEN
      RAISE EXCEPTION 'the head of the digests is not to be read' USING ERRCODE = '40001';
    END IF;
    INSERT INTO public.usage_digest_head (organization_id, last_seq, last_hash) VALUES (p_org, 0, '')
    ON CONFLICT (organization_id) DO NOTHING;
  END LOOP;
  INSERT INTO public.usage_digest (organization_id, seq, batch_id, kind, record_count, digest, hash, at)
  VALUES (p_org, v_seq, ${batch}, ${kind}, ${count}, v_digest, v_hash, ${at});`;

/** The same for migrations and tests. */
export const APPEND_USAGE_DIGEST = `
CREATE OR REPLACE FUNCTION append_usage_digest(
  p_org uuid, p_batch uuid, p_kind text, p_count bigint, p_digest bytea, p_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  v_seq bigint;
  v_hash bytea;
  v_digest bytea;
BEGIN
${appendEntry({ batch: 'p_batch', kind: 'p_kind', count: 'p_count', at: 'p_at', digest: 'SELECT p_digest AS digest' })}
END
$function$`;
