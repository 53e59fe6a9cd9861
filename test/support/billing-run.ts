/** Servers that make by themselves what is due, by the clock of the test. */
import type { Client } from 'pg';
import { startAnother } from './servers.js';
import { until } from './until.js';
import type { World } from './world.js';

/** Of all tenants. */
export async function countDue(client: Client): Promise<number> {
  const { rows } = await client.query<{ due: number }>(
    `SELECT count(*)::int AS due FROM subscription s JOIN organization o ON o.organization_id = s.organization_id
     WHERE s.next_invoice_day <= local_day_of(o.zone, tollgate_now())`,
  );
  return rows[0]?.due ?? 0;
}

/** Lets a server make what is due, until that is so. */
export async function makeDue(
  world: World,
  client: Client,
  isDone: () => Promise<boolean> = async () => (await countDue(client)) === 0,
): Promise<void> {
  const server = await startAnother(world.database.url, { INVOICE_INTERVAL: '10ms' });
  try {
    await until(isDone);
  } finally {
    await server.close();
  }
}
