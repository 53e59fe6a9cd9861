/** All that stands in all tables of a database, as PostgreSQL writes it in text. */
import { escapeIdentifier, type ClientBase } from 'pg';

export async function dumpOf(client: ClientBase): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${escapeIdentifier(name)} t`);
    texts.push(`\n${name}`, ...rows.map(({ row }) => row));
  }
  return texts.join('\n');
}
