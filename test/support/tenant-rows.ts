/**
 * A row in every table, made from the catalogue of PostgreSQL alone: a table that comes later has one too, or says what it
 * needs. The rows mean nothing, so no server may run on their database, and its books are broken.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { CATALOGUE_TABLES, TENANT_TABLES } from '../../src/tables.js';
import { testSealer } from './test-sealer.js';

export const WALLED_TABLES = [...TENANT_TABLES, ...CATALOGUE_TABLES] as const;

/** What the checks of a table want. */
const WANTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  account: { kind: `'USER'` },
  api_key: { roles: `'{ADMIN}'` },
  audit_entry: { action: `'CREATED'` },
  budget: { period: `'DAY'`, enforcement: `'HARD'` },
  budget_period: { ends_at: `'2027-01-01'`, enforcement: `'HARD'` },
  credit_note: { amount_pico: '3' },
  invoice: { status: `'DRAFT'` },
  method_fingerprint: { fingerprint: `'x1:' || gen_random_uuid()` },
  organization: { zone: `'UTC'` },
  price_import: { outcome: `'FAILED'`, failure: `'none'` },
  refund: { noted_pico: '0' },
  reservation: { state: `'HELD'` },
  reservation_key: { outcome: `'ALLOWED'` },
  usage_digest: { kind: `'RECORDED'` },
  usage_record: { kind: `'CALL'`, unpriced_reason: `'none'` },
};

/** What is encrypted of what a row must have. */
const SEALED: Readonly<Record<string, readonly string[]>> = {
  api_key: ['name'],
  dispute: ['processor_ref'],
  organization: ['name'],
  payment_method: ['ref'],
  processor_customer: ['ref'],
  refund: ['processor_key'],
  token_subject: ['subject'],
};

const VALUES: readonly [RegExp, string][] = [
  [/\[\]$/, `'{}'`],
  [/^uuid$/, 'gen_random_uuid()'],
  [/^(text|character varying)/, 'gen_random_uuid()::text'],
  [/^(numeric|bigint|integer|smallint)/, '1'],
  [/^boolean$/, 'true'],
  [/^(date|timestamp)/, `'2026-01-01'`],
  [/^jsonb$/, `'[]'`],
  [/^bytea$/, `decode(md5(random()::text), 'hex')`],
];

/** INSERT of one row of an organization, by table. */
export async function insertions(owner: Client): Promise<(table: string, organizationId: string) => string> {
  const { rows } = await owner.query<{ table: string; name: string; type: string }>(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1) AND a.attnum > 0 AND a.attnotnull
      AND NOT a.atthasdef ORDER BY a.attnum`,
    [[...WALLED_TABLES]],
  );
  const sealer = await testSealer(owner);
  const columnsOf = Map.groupBy(rows, ({ table }) => table);
  return (table, organizationId) => {
    const filled: Record<string, string> = {};
    for (const { name, type } of columnsOf.get(table) ?? []) {
      const value = VALUES.find(([form]) => form.test(type))?.[1];
      if (value === undefined) throw new Error(`No value is known for ${table}.${name} of type ${type}.`);
      filled[name] = value;
    }
    for (const name of SEALED[table] ?? []) filled[name] = `'${sealer.sealRef(`${table}.${name}`, randomUUID())}'`;
    const row = { ...filled, ...WANTED[table], organization_id: `'${organizationId}'` };
    return `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).join(', ')})`;
  };
}

/** One row of each table for each organization; `installation` has one in all. */
export async function fillTables(owner: Client, organizationIds: readonly string[]): Promise<void> {
  const insertion = await insertions(owner);
  // Foreign keys are not looked at, which only a superuser may ask for.
  await owner.query(`SET session_replication_role = replica`);
  for (const table of WALLED_TABLES) {
    if (table === 'installation') continue;
    for (const organizationId of organizationIds) await owner.query(insertion(table, organizationId));
  }
  await owner.query('RESET session_replication_role');
}
