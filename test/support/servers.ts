/** More servers on one database: in this process, or as a process of their own that can be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { readConfig } from '../../src/config.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { TEST_KEYS } from './database.js';
import { heard, testLog } from './heard.js';

export function startAnother(databaseUrl: string, environment: Record<string, string> = {}): Promise<RunningServer> {
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    PORT: '0',
    TEST_CLOCK: 'true',
    ENCRYPTION_KEYS: TEST_KEYS,
    ...environment,
  });
  return startServer(config, testLog());
}

export interface ServerProcess {
  readonly url: string;
  /** Ends it without a chance to clean up. */
  kill(): Promise<void>;
}

/** The built server, as `npm start` runs it. */
export async function spawnServer(
  databaseUrl: string,
  environment: Record<string, string> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORT: '0',
      TEST_CLOCK: 'true',
      LOG_LEVEL: 'debug',
      ENCRYPTION_KEYS: TEST_KEYS,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { url: await greetedUrl(child), kill: () => killed(child) };
}

function greetedUrl({ stdout, stderr }: ChildProcess): Promise<string> {
  if (!stdout || !stderr) throw new Error('The server has no output.');
  createInterface(stderr).on('line', (line) => {
    heard('log', line);
    process.stderr.write(`${line}\n`);
  });
  return new Promise((resolve, reject) => {
    const lines = createInterface(stdout);
    lines.on('line', (line) => {
      const url = /open (http:\/\/\S+?)\/ for/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
      // Beside its log it greets, with the key that it made.
      if (line.startsWith('{')) heard('log', line);
    });
    lines.on('close', () => reject(new Error('The server did not start.')));
  });
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
