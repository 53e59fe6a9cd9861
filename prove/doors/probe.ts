/** Loaded into a server before it starts: tells what it costs, since it was asked last. SIGUSR2 asks; SIGWINCH, with the garbage thrown away first. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const RESOLUTION_MS = 5;
const NS_PER_MS = 1_000_000;
const BYTES_PER_MB = 2 ** 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let times = 0;

function tell(): void {
  times += 1;
  const { rss, heapUsed, external } = memoryUsage();
  const seen = {
    times,
    p99Ms: delay.percentile(99) / NS_PER_MS,
    mostMs: delay.max / NS_PER_MS,
    rssMb: rss / BYTES_PER_MB,
    heldMb: (heapUsed + external) / BYTES_PER_MB,
    connections: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
  };
  delay.reset();
  process.stdout.write(`probe ${JSON.stringify(seen)}\n`);
}

process.on('SIGUSR2', tell);
process.on('SIGWINCH', () => {
  collect();
  tell();
});
