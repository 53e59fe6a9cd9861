import type { ClientBase } from 'pg';

/**
 * How long one step of a hot call may wait for a lock, and the whole call may run, in ms. Where an organization's rows are
 * held by somebody, the others of its lane lose the time once, or twice where two of its batches are on their way.
 */
const LOCK_TIMEOUT_MS = 250;
export const STATEMENT_TIMEOUT_MS = 5_000;

export async function prepareLaneConnection(client: ClientBase): Promise<void> {
  await client.query(
    `SET lock_timeout = ${LOCK_TIMEOUT_MS}; SET statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET jit = off; SET plan_cache_mode = force_generic_plan`,
  );
}
