import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { noteChange, type Row } from '../change.js';
import { countPriceChange } from '../identity/gate.sql.js';
import type { MarkupRate } from './markup.js';

/** From the start of a local day to the start of another; null for no end. */
export interface MarkupSpan {
  readonly fromDay: string;
  readonly toDay: string | null;
  readonly rates: readonly MarkupRate[];
}

/**
 * Puts what a source says of an account in the place of what it said before, and counts the change of prices, so that no
 * call is counted by another markup than what is in force. The caller holds the gate.
 */
export async function writeMarkups(
  em: EntityManager,
  source: { readonly organizationId: string; readonly accountId: string; readonly sourceId: string },
  spans: readonly MarkupSpan[],
): Promise<void> {
  const { organizationId, accountId, sourceId } = source;
  const database = em.getKysely();
  const before = await sql<Row>`DELETE FROM account_markup m
    WHERE m.organization_id = ${organizationId} AND m.account_id = ${accountId} AND m.source_id = ${sourceId}
    RETURNING ${WHOLE}`.execute(database);
  const after =
    await sql<Row>`INSERT INTO account_markup (organization_id, account_id, effective_from, effective_to, rates, source_id)
    SELECT o.organization_id, ${accountId}, public.local_day_start(o.zone, s."fromDay"),
      public.local_day_start(o.zone, s."toDay"), s.rates, ${sourceId}
    FROM organization o
    CROSS JOIN jsonb_to_recordset(${JSON.stringify(spans)}::jsonb) AS s ("fromDay" date, "toDay" date, rates jsonb)
    WHERE o.organization_id = ${organizationId}
    ORDER BY s."fromDay"
    RETURNING ${WHOLE}`.execute(database);
  noteChange(em, 'account_markup', `${accountId}:${sourceId}`, spansOf(before.rows), spansOf(after.rows));
  await countPriceChange(em, organizationId);
}

const WHOLE = sql.raw('effective_from AS "from", effective_to AS "to", rates');

/** As one row of the audit trail: what is in force when. */
function spansOf(rows: readonly Row[]): Row | undefined {
  return rows.length === 0 ? undefined : { spans: [...rows].sort((a, b) => Number(a['from']) - Number(b['from'])) };
}
