import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import type { Pool } from 'pg';
import { sealerOf } from '../encryption/sealer.js';
import { Account, type AccountDisabledFor, type AccountKind } from '../identity/account.js';
import { Alert, type AlertKind } from './alert.js';

/** Columns as the two pools send them: int8 and numeric as texts, instants as dates by one and as texts by the other. */
interface AlertRow {
  readonly cursor: string;
  readonly kind: AlertKind;
  readonly alertKey: string;
  readonly accountId: string | null;
  readonly budgetId: string | null;
  readonly periodStartsAt: Date | string | null;
  readonly periodEndsAt: Date | string | null;
  readonly threshold: number | null;
  readonly limitPicoUsd: string | null;
  readonly spentPicoUsd: string | null;
  readonly reservationId: string | null;
  readonly heldPicoUsd: string | null;
  readonly chargePicoUsd: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly invoiceId: string | null;
  readonly paymentId: string | null;
  readonly reason: string | null;
  readonly createdAt: Date | string;
  readonly accountKind: AccountKind | null;
  readonly externalId: string;
  readonly accountName: string | null;
  readonly accountTeamId: string | null;
  readonly userId: string | null;
  readonly disabledAt: Date | string | null;
  readonly disabledFor: AccountDisabledFor | null;
  readonly accountCreatedAt: Date | string;
  readonly userExternalId: string | null;
  readonly teamId: string | null;
  readonly teamExternalId: string | null;
  readonly budgetName: string | null;
  readonly budgetPeriod: string | null;
}

const ALERTS = `
  SELECT a.cursor::text AS cursor, a.kind, a.alert_key AS "alertKey", a.account_id AS "accountId",
    a.budget_id AS "budgetId", nullif(a.period_starts_at, '-infinity') AS "periodStartsAt",
    nullif(a.period_ends_at, 'infinity') AS "periodEndsAt", a.threshold,
    a.limit_pico_usd::text AS "limitPicoUsd", a.spent_pico_usd::text AS "spentPicoUsd",
    a.reservation_id AS "reservationId", a.held_pico_usd::text AS "heldPicoUsd",
    a.charge_pico_usd::text AS "chargePicoUsd", a.provider, a.model,
    a.invoice_id AS "invoiceId", a.payment_id AS "paymentId", a.reason,
    a.created_at AS "createdAt", c.kind AS "accountKind", c.external_id AS "externalId", c.name AS "accountName",
    c.team_id AS "accountTeamId", c.user_id AS "userId", c.disabled_at AS "disabledAt", c.disabled_for AS "disabledFor",
    c.created_at AS "accountCreatedAt", u.external_id AS "userExternalId", t.id AS "teamId",
    t.external_id AS "teamExternalId", b.name AS "budgetName", b.period AS "budgetPeriod"
  FROM alert a
  LEFT JOIN account c ON c.organization_id = a.organization_id AND c.id = a.account_id
  LEFT JOIN account u ON u.organization_id = c.organization_id AND u.id = c.user_id
  LEFT JOIN account t ON t.organization_id = c.organization_id AND t.id = coalesce(c.team_id, u.team_id)
  LEFT JOIN budget b ON b.organization_id = a.organization_id AND b.id = a.budget_id`;

/** The cursor of the last alert that is committed. */
export async function readFeedHead(pool: Pool, organizationId: string): Promise<bigint> {
  const heads = await readFeedHeads(pool, [organizationId]);
  const head = heads.get(organizationId);
  if (head === undefined) throw new Error('The head of the alert feed is missing.');
  return head;
}

export async function readFeedHeads(
  pool: Pool,
  organizationIds: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await pool.query<{ organizationId: string; head: string }>({
    name: 'read-feed-heads',
    text: `SELECT organization_id AS "organizationId", last_cursor::text AS head
      FROM alert_feed WHERE organization_id = ANY ($1)`,
    values: [organizationIds],
  });
  return new Map(rows.map((row) => [row.organizationId, BigInt(row.head)]));
}

/** The next alerts of an organization in the order of their commits. */
export async function readAlertsAfter(
  pool: Pool,
  organizationId: string,
  after: bigint,
  limit: number,
): Promise<Alert[]> {
  const { rows } = await pool.query<AlertRow>({
    name: 'read-alerts-after',
    text: `${ALERTS} WHERE a.organization_id = $1 AND a.cursor > $2 ORDER BY a.cursor LIMIT $3`,
    values: [organizationId, after, limit],
  });
  return rows.map((row) => alertOf(organizationId, named(pool, row)));
}

export interface AlertSearch {
  readonly kinds?: readonly AlertKind[] | undefined;
  /** Alerts of all these accounts' subtrees at once: each must contain the alert's account. */
  readonly accountIds: readonly string[];
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly before?: bigint | undefined;
}

/** Newest first. */
export async function searchAlerts(
  em: EntityManager,
  organizationId: string,
  search: AlertSearch,
  limit: number,
): Promise<Alert[]> {
  const conditions = [sql`a.organization_id = ${organizationId}`];
  if (search.kinds) conditions.push(sql`a.kind = ANY (${[...search.kinds]})`);
  for (const accountId of search.accountIds) conditions.push(isBelow(organizationId, accountId));
  if (search.from) conditions.push(sql`a.created_at >= ${search.from}`);
  if (search.to) conditions.push(sql`a.created_at < ${search.to}`);
  if (search.before !== undefined) conditions.push(sql`a.cursor < ${search.before}`);
  const { rows } = await sql<AlertRow>`
    ${sql.raw(ALERTS)} WHERE ${sql.join(conditions, sql` AND `)} ORDER BY a.cursor DESC LIMIT ${limit}`.execute(
    em.getKysely(),
  );
  return rows.map((row) => alertOf(organizationId, named(em.getPlatform(), row)));
}

function isBelow(organizationId: string, accountId: string): RawBuilder<unknown> {
  return sql`a.account_id IN (
    SELECT s.id FROM account s
    WHERE s.organization_id = ${organizationId} AND (${accountId} IN (s.id, s.team_id, s.user_id))
    UNION ALL
    SELECT s.id FROM account s JOIN account o ON o.organization_id = s.organization_id AND o.id = s.user_id
    WHERE s.organization_id = ${organizationId} AND o.team_id = ${accountId})`;
}

/** With the name of the account decrypted. */
function named(way: object, row: AlertRow): AlertRow {
  const { accountName } = row;
  return accountName === null ? row : { ...row, accountName: sealerOf(way).open('account.name', accountName) };
}

function alertOf(organizationId: string, row: AlertRow): Alert {
  return Object.assign(new Alert(), {
    organizationId,
    cursor: BigInt(row.cursor),
    kind: row.kind,
    alertKey: row.alertKey,
    accountId: row.accountId,
    budgetId: row.budgetId,
    periodStartsAt: instantOf(row.periodStartsAt),
    periodEndsAt: instantOf(row.periodEndsAt),
    threshold: row.threshold,
    limitPicoUsd: amountOf(row.limitPicoUsd),
    spentPicoUsd: amountOf(row.spentPicoUsd),
    reservationId: row.reservationId,
    heldPicoUsd: amountOf(row.heldPicoUsd),
    chargePicoUsd: amountOf(row.chargePicoUsd),
    provider: row.provider,
    model: row.model,
    invoiceId: row.invoiceId,
    paymentId: row.paymentId,
    reason: row.reason,
    createdAt: new Date(row.createdAt),
    account: row.accountKind && accountOf(organizationId, row, row.accountKind),
    userExternalId: row.userExternalId,
    teamId: row.teamId,
    teamExternalId: row.teamExternalId,
    budgetName: row.budgetName,
    budgetPeriod: row.budgetPeriod,
  });
}

function amountOf(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}

function instantOf(value: Date | string | null): Date | null {
  return value === null ? null : new Date(value);
}

function accountOf(organizationId: string, row: AlertRow, kind: AccountKind): Account {
  return Object.assign(new Account(), {
    organizationId,
    id: row.accountId,
    kind,
    externalId: row.externalId,
    name: row.accountName,
    teamId: row.accountTeamId,
    userId: row.userId,
    disabledAt: instantOf(row.disabledAt),
    disabledFor: row.disabledFor,
    createdAt: new Date(row.accountCreatedAt),
  });
}
