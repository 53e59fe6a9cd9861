/** Keys for the load. A library that asks the kernel for each one's random bytes takes a fifth of the load's CPU for it. */
import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES_PER_KEY = 16;
const pool = Buffer.alloc(BYTES_PER_KEY * 512);
let used = pool.length;

function rng(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES_PER_KEY;
  return pool.subarray(used - BYTES_PER_KEY, used);
}

export function newKey(): string {
  return v7({ rng });
}
