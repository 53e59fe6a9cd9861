import type { EntityClass, EntityManager, EntityProperty } from '@mikro-orm/postgresql';
import { sql } from 'kysely';

/**
 * Writes many rows with one statement, as the entity names and types them. For what comes by the thousand: the unit of work
 * takes ten times as long for a row, all of it on the thread that answers calls.
 */
export async function insertRows<Row extends object>(
  em: EntityManager,
  entity: EntityClass<Row>,
  rows: readonly Omit<Row, symbol>[],
): Promise<void> {
  if (rows.length === 0) return;
  const { tableName, props } = em.getMetadata().get(entity);
  const columns = props.map((property) => ({ property, ...columnOf(property) }));
  const names = sql.join(columns.map(({ name }) => sql.ref(name)));
  const typed = sql.join(columns.map(({ name, type }) => sql`${sql.ref(name)} ${sql.raw(type)}`));
  const values = rows.map((row) =>
    Object.fromEntries(columns.map(({ name, property }) => [name, (row as Record<string, unknown>)[property.name]])),
  );
  await sql`INSERT INTO ${sql.table(tableName)} (${names})
    SELECT ${names} FROM jsonb_to_recordset(${textOf(values)}::jsonb) AS r (${typed})`.execute(em.getKysely());
}

function columnOf({ fieldNames: [name], columnTypes: [type], name: property }: EntityProperty) {
  if (name === undefined || type === undefined) throw new Error(`${property} is no column.`);
  return { name, type };
}

const textOf = (value: unknown) =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
