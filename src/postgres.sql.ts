import { escapeIdentifier, type ClientBase } from 'pg';

/** Any fixed number: it is looked at on the embedded server alone. */
const OWNER_LOCK = 7_015_544_283;

/** How long a dead owner's session may take to end, in ms. */
const OWNER_WAIT_MS = 2_000;

const LOCK_NOT_AVAILABLE = '55P03';

/** True where no other living session owns this embedded server; the claim ends with the connection. */
export async function tryOwnServer(client: ClientBase): Promise<boolean> {
  await client.query(`SET lock_timeout = ${OWNER_WAIT_MS}`);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [OWNER_LOCK]);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}

export async function createDatabaseUnlessExists(client: ClientBase, name: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
}
