/** Prepaid credit with what invoices took of it. What a voided invoice took counts as not taken. */
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import type { GrantState } from './credit-balance.js';

/** Who grants, takes back or consumes credit of accounts does so alone, until the transaction ends. */
export async function lockCredits(em: EntityManager, organizationId: string, ...accountIds: string[]): Promise<void> {
  await sql`SELECT a.id FROM account a WHERE a.organization_id = ${organizationId} AND a.id = ANY (${accountIds}::uuid[])
    ORDER BY a.id FOR NO KEY UPDATE`.execute(em.getKysely());
}

/** A grant with who has it, and in which currency. */
export interface AccountGrant extends GrantState {
  readonly accountId: string;
  readonly currency: string;
}

interface GrantRow {
  readonly id: string;
  readonly accountId: string;
  readonly currency: string;
  readonly amount: string;
  readonly priority: number;
  readonly expiresAtMs: number | null;
  readonly rolloverCap: string | null;
  readonly rolloverExpiresAtMs: number | null;
  readonly voidedAtMs: number | null;
  readonly used: string;
  readonly usedLater: string;
}

type GrantsWanted =
  | { readonly accountId: string; readonly currency: string }
  | { readonly accountIds: readonly string[] }
  | { readonly ids: readonly string[] };

function whichOf(of: GrantsWanted): RawBuilder<unknown> {
  if ('ids' in of) return sql`g.id = ANY (${[...of.ids]}::uuid[])`;
  if ('accountIds' in of) return sql`g.account_id = ANY (${[...of.accountIds]}::uuid[])`;
  return sql`g.account_id = ${of.accountId} AND g.currency = ${of.currency}`;
}

const milliseconds = (column: string) => sql.raw(`(extract(epoch FROM g.${column}) * 1000)::float8`);

/** Of an account in a currency, all of some accounts, or those of some ids. */
export async function readGrants(em: EntityManager, organizationId: string, of: GrantsWanted): Promise<AccountGrant[]> {
  const { rows } = await sql<GrantRow>`
    SELECT g.id, g.account_id AS "accountId", g.currency, g.amount_pico::text AS amount, g.priority,
      g.rollover_cap_pico::text AS "rolloverCap",
      ${milliseconds('expires_at')} AS "expiresAtMs", ${milliseconds('rollover_expires_at')} AS "rolloverExpiresAtMs",
      ${milliseconds('voided_at')} AS "voidedAtMs",
      coalesce(sum(u.amount_pico) FILTER (WHERE g.expires_at IS NULL OR u.used_at < g.expires_at), 0)::text AS used,
      coalesce(sum(u.amount_pico) FILTER (WHERE u.used_at >= g.expires_at), 0)::text AS "usedLater"
    FROM credit_grant g
    LEFT JOIN (credit_use u JOIN invoice i ON i.organization_id = u.organization_id AND i.id = u.invoice_id
        AND i.status <> 'VOID')
      ON u.organization_id = g.organization_id AND u.grant_id = g.id
    WHERE g.organization_id = ${organizationId} AND ${whichOf(of)}
    GROUP BY g.organization_id, g.id`.execute(em.getKysely());
  const instant = (ms: number | null) => (ms === null ? null : new Date(ms));
  return rows.map(({ amount, expiresAtMs, rolloverCap, rolloverExpiresAtMs, voidedAtMs, used, usedLater, ...row }) => ({
    ...row,
    amountPico: BigInt(amount),
    expiresAt: instant(expiresAtMs),
    rolloverCapPico: rolloverCap === null ? null : BigInt(rolloverCap),
    rolloverExpiresAt: instant(rolloverExpiresAtMs),
    voidedAt: instant(voidedAtMs),
    usedPico: BigInt(used),
    usedLaterPico: BigInt(usedLater),
  }));
}
