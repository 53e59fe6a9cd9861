/** What of people stands in one table, page by page. */
import type { EntityMetadata, EntityProperty } from '@mikro-orm/core';
import { escapeIdentifier, type Pool } from 'pg';

interface Column {
  readonly name: string;
  readonly type: string;
}

export interface SealedTable {
  readonly name: string;
  readonly keys: readonly Column[];
  readonly columns: readonly (Column & { readonly property: EntityProperty })[];
}

/** Texts, as PostgreSQL has them. */
export type Texts = readonly (string | null)[];

export interface StoredRow {
  readonly key: Texts;
  readonly values: Texts;
}

export function sealedTableOf(
  { tableName, props, primaryKeys }: EntityMetadata,
  isSealed: (property: EntityProperty) => boolean,
): SealedTable {
  const names: readonly string[] = primaryKeys;
  const keys = names.flatMap((name) => props.filter((property) => property.name === name).map(columnOf));
  const columns = props.filter(isSealed).map((property) => ({ ...columnOf(property), property }));
  return { name: tableName, keys, columns };
}

function columnOf({ fieldNames: [name], columnTypes: [type] }: EntityProperty): Column {
  if (name === undefined || type === undefined) throw new Error('A property is no column.');
  return { name: escapeIdentifier(name), type };
}

/** In the order of the key. @param after the key of the last row before */
export async function readPage(
  pool: Pool,
  table: SealedTable,
  after: Texts | undefined,
  most: number,
): Promise<StoredRow[]> {
  const keys = table.keys.map(({ name }) => name).join(', ');
  const last = table.keys.map(({ type }, n) => `$${n + 2}::${type}`).join(', ');
  const texts = (columns: readonly Column[]) => `ARRAY[${columns.map(({ name }) => `${name}::text`).join(', ')}]`;
  const { rows } = await pool.query<StoredRow>(
    `SELECT ${texts(table.keys)} AS key, ${texts(table.columns)} AS values FROM public.${table.name}
    ${after ? `WHERE (${keys}) > (${last})` : ''} ORDER BY ${keys} LIMIT $1`,
    [most, ...(after ?? [])],
  );
  return rows;
}

type Field = [string, string | null];

/** Only where they still are as they were read. */
export async function replaceRows(
  pool: Pool,
  table: SealedTable,
  rows: readonly (StoredRow & { readonly resealed: Texts })[],
): Promise<void> {
  if (rows.length === 0) return;
  const fields = [
    ...table.keys.map(({ type }, n) => `k${n} ${type}`),
    ...table.columns.flatMap((_, n) => [`o${n} text`, `n${n} text`]),
  ];
  const values = rows.map(({ key, values, resealed }) =>
    Object.fromEntries<string | null>([
      ...key.map((text, n): Field => [`k${n}`, text]),
      ...values.flatMap((text, n): Field[] => [
        [`o${n}`, text],
        [`n${n}`, resealed[n] ?? null],
      ]),
    ]),
  );
  await pool.query(
    `UPDATE public.${table.name} t SET ${table.columns.map(({ name }, n) => `${name} = r.n${n}`).join(', ')}
    FROM jsonb_to_recordset($1) AS r (${fields.join(', ')})
    WHERE ${table.keys.map(({ name }, n) => `t.${name} = r.k${n}`).join(' AND ')}
      AND ${table.columns.map(({ name }, n) => `t.${name} IS NOT DISTINCT FROM r.o${n}`).join(' AND ')}`,
    [JSON.stringify(values)],
  );
}
