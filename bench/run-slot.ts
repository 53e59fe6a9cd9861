/**
 * What every load generator does: a process of its own, so that its work is never taken for somebody else's. It is given
 * slots by the parent process and answers each with what it measured.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { STOP, type Slot, type SlotResult } from './slot.js';

/** What one of the clients of a slot does again and again. */
export interface Worker {
  open(): Promise<void>;
  /** How many records were written, or reservations made where that is all. */
  work(): Promise<number>;
  close(): Promise<void>;
}

/** When a client begins by a fixed pace. Who comes late has waited since then. */
async function turnOf(slot: Slot, perSecond: number, startMs: number, client: number, turn: number): Promise<number> {
  const dueMs = startMs + ((client + turn * slot.clients) * 1000) / perSecond;
  const leftMs = dueMs - performance.now();
  if (leftMs <= 0) return dueMs;
  await wait(leftMs);
  return performance.now();
}

async function run(
  slot: Slot,
  workerOf: (slot: Slot) => Worker,
  running: { readonly isStopped: boolean },
): Promise<SlotResult> {
  const workers = Array.from({ length: slot.clients }, () => workerOf(slot));
  await Promise.all(workers.map((worker) => worker.open()));
  const latencies: number[] = [];
  let records = 0;
  const startMs = performance.now();
  const endMs = startMs + slot.seconds * 1000;
  await Promise.all(
    workers.map(async (worker, client) => {
      for (let turn = 0; ; turn += 1) {
        const { perSecond } = slot;
        const sentMs =
          perSecond === undefined ? performance.now() : await turnOf(slot, perSecond, startMs, client, turn);
        if (sentMs >= endMs || running.isStopped) return;
        const written = await worker.work();
        records += written;
        latencies.push(performance.now() - sentMs);
      }
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  await Promise.all(workers.map((worker) => worker.close()));
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { requests: latencies.length, records, seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Ends with the process that gives the slots. */
export function answerSlots(workerOf: (slot: Slot) => Worker): void {
  process.on('disconnect', () => process.exit());
  let running = { isStopped: false };
  process.on('message', (slot: Slot | typeof STOP) => {
    if (slot === STOP) {
      running.isStopped = true;
      return;
    }
    running = { isStopped: false };
    run(slot, workerOf, running).then(
      (result) => process.send?.({ result }),
      async (error: unknown) => {
        process.send?.({ error: error instanceof Error ? error.message : String(error) });
        await wait(100);
        process.exit(1);
      },
    );
  });
}
