/** A server process that gets a signal at the very moment when it is about to send a given query. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What such a process writes when it gets there. */
export const TRAPPED = /trapped/;

/** Makes the module to be preloaded. Only one query of this text is trapped: the first, or the `nth`. */
export async function trapQuery(folder: string, text: string, signal: 'SIGKILL' | 'SIGSTOP', nth = 1): Promise<string> {
  const preload = join(folder, 'trap.mjs');
  await writeFile(
    preload,
    `import { writeSync } from 'node:fs';
    import { createRequire } from 'node:module';
    const here = createRequire(${JSON.stringify(resolve('package.json'))});
    // The ORM may come with a copy of the driver of its own.
    const drivers = new Set([here('pg'), createRequire(here.resolve('@mikro-orm/postgresql'))('pg')]);
    let left = ${nth};
    for (const { Client } of drivers) {
      const send = Client.prototype.query;
      Client.prototype.query = function (...query) {
        if (String(query[0]?.text ?? query[0]).includes(${JSON.stringify(text)}) && (left -= 1) === 0) {
          writeSync(1, 'trapped\\n');
          process.kill(process.pid, ${JSON.stringify(signal)});
        }
        return send.apply(this, query);
      };
    }`,
  );
  return preload;
}
