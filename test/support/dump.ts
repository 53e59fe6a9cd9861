/** All that stands in all tables of a database, as PostgreSQL writes it in text. */
import { escapeIdentifier, type ClientBase } from 'pg';
import type { Sealer } from '../../src/encryption/sealer.js';

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

/** The same for who has the keys. @param but tables that are left out */
export async function openedDumpOf(client: ClientBase, sealer: Sealer, but: readonly string[] = []): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL ($1) ORDER BY 1`,
    [but],
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(t) AS row FROM ${escapeIdentifier(name)} t`,
    );
    const opened = rows.map(({ row }) =>
      JSON.stringify(row, (column, value: unknown) =>
        typeof value === 'string' && value.startsWith('tg1:') && name !== 'encryption_key'
          ? sealer.open(`${name}.${column}`, value)
          : value,
      ),
    );
    texts.push(`\n${name}`, ...opened);
  }
  return texts.join('\n');
}
