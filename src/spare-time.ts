import { performance } from 'node:perf_hooks';

/** How long the process is looked at, in ms, before what was seen counts. */
const WINDOW_MS = 50;

/** The part of the time in which the event loop had work, from which on there is none to spare. */
const BUSY = 0.7;

/**
 * Answers whether the process had time to spare lately. One that has not gains nothing from a database that is done
 * sooner, and everything from work that comes in larger pieces.
 */
export function watchSpareTime(): () => boolean {
  let start = performance.eventLoopUtilization();
  let hasTime = true;
  return () => {
    const { idle, active, utilization } = performance.eventLoopUtilization(start);
    if (idle + active >= WINDOW_MS) {
      hasTime = utilization < BUSY;
      start = performance.eventLoopUtilization();
    }
    return hasTime;
  };
}
