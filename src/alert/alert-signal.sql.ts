import type { ClientBase } from 'pg';

/** Listens, and answers with the number by which this connection's own signals can be told from others'. */
export async function listenToAlerts(client: ClientBase): Promise<number | undefined> {
  await client.query('LISTEN alerts');
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}

/** Tells every server process which organizations have new alerts. */
export async function notifyAlerts(client: ClientBase, organizationIds: readonly string[]): Promise<void> {
  await client.query(`SELECT pg_notify('alerts', w.id) FROM unnest($1::text[]) AS w (id)`, [organizationIds]);
}
