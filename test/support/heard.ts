/** Keeps what left the servers of this test run, so that all of it is searched at the end (see canary-search.ts). */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { openLog } from '../../src/log.js';

/** Lines of a log, errors that callers were told of, and what Stripe was given beside amounts. */
type Kind = 'log' | 'error' | 'metadata';

export function heard(kind: Kind, text: string): void {
  const folder = process.env['TEST_HEARD_DIR'];
  if (folder === undefined || text === '') return;
  appendFileSync(join(folder, `${kind}-${process.pid}.txt`), text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * The log of a server in this process.
 * @param lines where a test reads them; those of `TEST_LOG` and above are printed too
 */
export function testLog(level = 'debug', lines?: string[]): Logger {
  const printed = process.env['TEST_LOG'];
  return openLog(printed ?? level, {
    write: (line) => {
      lines?.push(line);
      heard('log', line);
      if (printed !== undefined) process.stdout.write(line);
    },
  });
}
