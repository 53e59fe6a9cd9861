/**
 * One row by its whole key, as the first row of an order that only the index of that key has. By equality another index
 * that begins with the organization looks as good while a table is small, or while the organizations of a table are: such a
 * plan reads all rows of the organization, and is kept until the next ANALYZE. Who uses it sets enable_sort = off, or
 * sorting the few rows that are expected may look as good too.
 *
 * The first row may be the one after the key, so what is around this asks for the key itself too.
 */
const firstRow = (table: string, columns: string, key: string, condition = 'true') =>
  `SELECT * FROM public.${table} f
    WHERE ${condition} AND f.organization_id = p_org AND (${columns}) >= (${key}) ORDER BY ${columns} LIMIT 1`;

/** @returns SQL of a FROM clause, and what has to be true of its row. */
export const recordByKey = (name: string, key: string, keyDay: string) => ({
  from: `LATERAL (${firstRow('usage_record', 'f.idempotency_key, f.key_day', `${key}, ${keyDay}`)}) ${name}`,
  isIt: `${name}.idempotency_key = ${key} AND ${name}.key_day = ${keyDay}`,
});

/** The same of an account, if it is named at all. */
export const accountByName = (name: string, kind: string, externalId: string) => ({
  from: `LATERAL (${firstRow('account', 'f.kind, f.external_id', `${kind}, ${externalId}`, `${externalId} IS NOT NULL`)}) ${name}`,
  isIt: `${name}.kind = ${kind} AND ${name}.external_id = ${externalId}`,
});

/** The same of what has an id. */
export const budgetById = (name: string, id: string) => ({
  from: `LATERAL (${firstRow('budget', 'f.id', id)}) ${name}`,
  isIt: `${name}.id = ${id}`,
});

/** The account of the organization itself, as `a`. */
export const ROOT = accountByName('a', `'ORGANIZATION'`, `''`);
