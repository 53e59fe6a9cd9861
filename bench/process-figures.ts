/** CPU time and memory of processes, from Linux' /proc; elsewhere undefined. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

interface Stat {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended. */
  readonly endedMs: number;
}

function statOf(pid: number | string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The program's name, in parentheses, may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (index: number) => fields[index] ?? 0;
    return { parent: at(1), ownMs: (at(11) + at(12)) * TICK_MS, endedMs: (at(13) + at(14)) * TICK_MS };
  } catch {
    return undefined;
  }
}

/** CPU time of a process in ms. */
export function cpuMs(pid: number): number | undefined {
  return statOf(pid)?.ownMs;
}

/** CPU time of a process and its children, ended ones too, in ms. */
export function treeCpuMs(pid: number): number | undefined {
  const root = statOf(pid);
  if (!root) return undefined;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(name))
    .filter((stat) => stat?.parent === pid);
  return root.ownMs + root.endedMs + children.reduce((sum, stat) => sum + (stat?.ownMs ?? 0), 0);
}

/** Resident memory in MB. */
export function residentMb(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
