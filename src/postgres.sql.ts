import { escapeIdentifier, type ClientBase } from 'pg';

/** Any fixed number: it is looked at on the embedded server alone. */
const OWNER_LOCK = 7_015_544_283;

/** True where no other living session owns this embedded server; the claim ends with the connection. */
export async function tryOwnServer(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ owned: boolean }>('SELECT pg_try_advisory_lock($1) AS owned', [OWNER_LOCK]);
  return rows[0]?.owned === true;
}

export async function createDatabaseUnlessExists(client: ClientBase, name: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
}
