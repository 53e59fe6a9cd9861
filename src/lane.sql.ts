import type { ClientBase } from 'pg';

/**
 * How long one step of a hot call may wait for a lock, and the whole call may run, in ms. Where an organization's rows are
 * held by somebody, two of its batches may be on their way and each waits: 250 ms that the others of the lane lose once.
 */
const LOCK_TIMEOUT_MS = 125;
export const STATEMENT_TIMEOUT_MS = 5_000;

export async function prepareLaneConnection(client: ClientBase): Promise<void> {
  await client.query(
    `SET lock_timeout = ${LOCK_TIMEOUT_MS}; SET statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET jit = off; SET plan_cache_mode = force_generic_plan`,
  );
}
