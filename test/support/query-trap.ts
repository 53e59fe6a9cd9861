/** A server process that gets a signal at the very moment when it is about to send a given query. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What such a process writes when it gets there. */
export const TRAPPED = /trapped/;

/** Makes the module to be preloaded. Only the first query of this text is trapped. */
export async function trapQuery(folder: string, text: string, signal: 'SIGKILL' | 'SIGSTOP'): Promise<string> {
  const preload = join(folder, 'trap.mjs');
  await writeFile(
    preload,
    `import { writeSync } from 'node:fs';
    import { createRequire } from 'node:module';
    const here = createRequire(${JSON.stringify(resolve('package.json'))});
    // The ORM may come with a copy of the driver of its own.
    const drivers = new Set([here('pg'), createRequire(here.resolve('@mikro-orm/postgresql'))('pg')]);
    let isSet = true;
    for (const { Client } of drivers) {
      const send = Client.prototype.query;
      Client.prototype.query = function (...query) {
        if (isSet && String(query[0]?.text ?? query[0]).includes(${JSON.stringify(text)})) {
          isSet = false;
          writeSync(1, 'trapped\\n');
          process.kill(process.pid, ${JSON.stringify(signal)});
        }
        return send.apply(this, query);
      };
    }`,
  );
  return preload;
}
