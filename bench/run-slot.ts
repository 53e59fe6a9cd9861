/**
 * What every load generator does: a process of its own, so that its work is never taken for somebody else's. It is given
 * slots by the parent process and answers each with what it measured.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Slot, SlotResult } from './slot.js';

/** What one of the clients of a slot does again and again. */
export interface Worker {
  open(): Promise<void>;
  /** How many records were written, or reservations made where that is all. */
  work(): Promise<number>;
  close(): Promise<void>;
}

async function run(slot: Slot, workerOf: (slot: Slot) => Worker): Promise<SlotResult> {
  const workers = Array.from({ length: slot.clients }, () => workerOf(slot));
  await Promise.all(workers.map((worker) => worker.open()));
  const latencies: number[] = [];
  let records = 0;
  const begin = performance.now();
  const end = begin + slot.seconds * 1000;
  await Promise.all(
    workers.map(async (worker) => {
      for (let sent = performance.now(); sent < end;) {
        const written = await worker.work();
        records += written;
        const answered = performance.now();
        latencies.push(answered - sent);
        sent = answered;
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  await Promise.all(workers.map((worker) => worker.close()));
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { requests: latencies.length, records, seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Ends with the process that gives the slots. */
export function answerSlots(workerOf: (slot: Slot) => Worker): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (slot: Slot) => {
    run(slot, workerOf).then(
      (result) => process.send?.({ result }),
      async (error: unknown) => {
        process.send?.({ error: error instanceof Error ? error.message : String(error) });
        await wait(100);
        process.exit(1);
      },
    );
  });
}
