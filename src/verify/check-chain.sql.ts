import type { ClientBase } from 'pg';
import { answer, found } from './answer.sql.js';
import { oneRow, type Checked } from './check.js';

/** A chain of an organization's entries, and where it ends. */
export interface Chain {
  readonly entries: string;
  readonly head: string;
  /** SQL of what an entry `p` after the hash `previous` has as its own. */
  readonly hash: (previous: string) => string;
  /** What an entry is called, before its number. */
  readonly place: string;
}

/**
 * A page of the chain: each entry has the number after the one before it and the hash of both, and the last is the head.
 * About the organization $1, after the entry $2 whose hash is $3, so many as $4; entries never change, so each page may be
 * a snapshot of its own. `last` and `hash` are where the next page begins, null after the last.
 */
export const chain = ({ entries, head, hash, place }: Chain) => `
  WITH page AS MATERIALIZED (
    SELECT d.*, lag(d.seq, 1, $2::bigint) OVER w AS seq_before, lag(d.hash, 1, $3::bytea) OVER w AS hash_before
    FROM (
      SELECT * FROM public.${entries} d WHERE d.organization_id = $1 AND d.seq > $2::bigint ORDER BY d.seq LIMIT $4) d
    WINDOW w AS (ORDER BY d.seq)
  ),
  ends AS (SELECT p.seq, p.hash FROM page p ORDER BY p.seq DESC LIMIT 1),
  told AS (
    SELECT p.seq, 'number'::text AS what, p.seq::text AS stored, (p.seq_before + 1)::text AS meant FROM page p
    WHERE p.seq <> p.seq_before + 1
    UNION ALL
    SELECT p.seq, 'hash', left(encode(p.hash, 'hex'), 16), left(encode(m.hash, 'hex'), 16)
    FROM page p
    CROSS JOIN LATERAL (SELECT ${hash('p.hash_before')} AS hash) m
    WHERE p.hash <> m.hash
    UNION ALL
    SELECT h.last_seq, 'head', concat(h.last_seq, ' ', left(encode(h.last_hash, 'hex'), 16)),
      concat(l.seq, ' ', left(encode(l.hash, 'hex'), 16))
    FROM (SELECT coalesce(max(e.seq), $2::bigint) AS seq, coalesce((SELECT e.hash FROM ends e), $3::bytea) AS hash FROM ends e) l
    FULL JOIN (SELECT h.last_seq, h.last_hash FROM public.${head} h WHERE h.organization_id = $1) h ON true
    WHERE (SELECT count(*) FROM page) < $4
      AND (coalesce(h.last_seq, 0) <> l.seq OR coalesce(h.last_hash, '') <> l.hash)
  ) ${answer(
    'SELECT count(*) FROM page',
    `SELECT ${found({
      subject: 't.seq',
      what: 't.what',
      place: `concat('${place} ', t.seq)`,
      stored: 't.stored',
      recomputed: 't.meant',
      isMoney: 'false',
    })} FROM told t ORDER BY t.seq, t.what`,
    `(SELECT e.seq::text FROM ends e WHERE (SELECT count(*) FROM page) = $4) AS last,
      (SELECT encode(e.hash, 'hex') FROM ends e) AS hash`,
  )}`;

export interface ChainEnd {
  readonly seq: string;
  /** In hex. */
  readonly hash: string;
}

export const CHAIN_BEGIN: ChainEnd = { seq: '0', hash: '' };

/** One page; `end` is where the next one begins, undefined after the last. */
export async function checkChain(
  client: ClientBase,
  statement: string,
  organizationId: string,
  after: ChainEnd,
  size: number,
): Promise<Checked & { end: ChainEnd | undefined }> {
  const page = await oneRow<Checked & { last: string | null; hash: string | null }>(client, statement, [
    organizationId,
    after.seq,
    Buffer.from(after.hash, 'hex'),
    size,
  ]);
  const { last, hash } = page;
  return { ...page, end: last === null || hash === null ? undefined : { seq: last, hash } };
}
