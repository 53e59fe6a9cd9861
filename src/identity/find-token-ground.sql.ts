import type { Pool } from 'pg';
import { NIL } from 'uuid';
import type { TokenClaims } from './token-claims.js';

interface TokenGround {
  /** null where the organization has no such account. */
  readonly accountId: string | null;
  /** What was issued before it is refused. */
  readonly revokedBefore: Date | null;
  /** Whether it is written down whose it is. */
  readonly isKnown: boolean;
}

/** What a token stands on; undefined where its organization is not there. */
export async function findTokenGround(
  pool: Pool,
  { organizationId, account }: Pick<TokenClaims, 'organizationId' | 'account'>,
  actorId: string,
): Promise<TokenGround | undefined> {
  const { rows } = await pool.query<TokenGround>({
    name: 'find-token-ground',
    text: `SELECT
        (SELECT id FROM account
         WHERE organization_id = o.organization_id AND kind = $2 AND external_id = $3) AS "accountId",
        (SELECT max(revoked_before) FROM token_revocation
         WHERE organization_id = o.organization_id AND actor_id IN ('${NIL}', $4)) AS "revokedBefore",
        EXISTS (SELECT FROM token_subject WHERE organization_id = o.organization_id AND id = $4) AS "isKnown"
      FROM organization o WHERE o.organization_id = $1`,
    values: [organizationId, account?.kind ?? null, account?.externalId ?? null, actorId],
  });
  return rows[0];
}

interface Issued {
  readonly organizationId: string;
  readonly actorId: string;
  /** In seconds since 1970. */
  readonly issuedAt: number;
}

/** The places, from 0 on, of those tokens that were called back. */
export async function findRevokedTokens(pool: Pool, tokens: readonly Issued[]): Promise<ReadonlySet<number>> {
  const { rows } = await pool.query<{ place: number }>({
    name: 'find-revoked-tokens',
    text: `SELECT (w.place - 1)::int AS place
      FROM unnest($1::uuid[], $2::uuid[], $3::float8[]) WITH ORDINALITY AS w (organization_id, actor_id, issued_at, place)
      WHERE EXISTS (SELECT FROM token_revocation r
        WHERE r.organization_id = w.organization_id AND r.actor_id IN ('${NIL}', w.actor_id)
          AND r.revoked_before > to_timestamp(w.issued_at))`,
    values: [
      tokens.map((token) => token.organizationId),
      tokens.map((token) => token.actorId),
      tokens.map((token) => token.issuedAt),
    ],
  });
  return new Set(rows.map((row) => row.place));
}
