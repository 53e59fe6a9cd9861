/** The process: settings, start, stop on a signal. */
import { isAbsolute, relative } from 'node:path';
import type { Logger } from 'pino';
import { ConfigError, readConfig } from './config.js';
import { openLog } from './log.js';
import { scrub } from './scrub.js';
import type { RunningServer } from './server.js';
import { StartError } from './start-error.js';

const LEAST_NODE = { major: 22, minor: 17 };

/** Requests in flight are given 10 s; what is not closed by then is stuck. */
const STOP_DEADLINE_MS = 30_000;

function fail(error: unknown): never {
  const expected = error instanceof ConfigError || error instanceof StartError;
  const text = expected ? error.message : String(error instanceof Error ? error.stack : error);
  const isForTerminal = error instanceof StartError && error.isForTerminal;
  process.stderr.write(`${isForTerminal ? text : scrub(text)}\n`);
  process.exit(1);
}

function assertNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE.major || (major === LEAST_NODE.major && minor >= LEAST_NODE.minor)) return;
  throw new StartError(
    `Tollgate needs Node ${LEAST_NODE.major}.${LEAST_NODE.minor} or newer and this is ${process.versions.node}; "npm ci" brings one along unless it was told to run no install scripts, and "npm rebuild node" adds it.`,
  );
}

function greet(server: RunningServer): string {
  const url = server.url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  const lines = [`Tollgate is ready: open ${url}/ for the GraphQL explorer.`];
  lines.push(...server.notices);
  if (server.newKey !== undefined) lines.push(`Your API key, shown this once: ${server.newKey}`);
  const bearer = server.keyFile === undefined ? (server.newKey ?? '$TOLLGATE_API_KEY') : contentOf(server.keyFile);
  if (bearer.startsWith('$TOLLGATE')) {
    lines.push('Put your API key into TOLLGATE_API_KEY; if it is lost, start with BOOTSTRAP_API_KEY set to a new one.');
  }
  lines.push(
    'Try it:',
    `  curl -s ${url}/graphql -H "Authorization: Bearer ${bearer}" -H 'content-type: application/json' \\`,
    `    -d '{"query":"{ viewer { organization { name } roles } }"}'`,
  );
  return `${lines.join('\n')}\n`;
}

function contentOf(file: string): string {
  const near = relative('.', file);
  const path = near.startsWith('..') || isAbsolute(near) ? file : near;
  return `$(cat ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`})`;
}

/**
 * Resolves with the first signal to stop. A terminal sends Ctrl-C to every process of its group and npm passes it on
 * too, so one press may arrive twice; what comes after the first changes nothing.
 */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((stop) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  });
}

/** A process whose state nobody can vouch for must not go on: it dies loudly, and a supervisor starts it again. */
function dieOfDefects(log: Logger): void {
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'a defect stopped the server');
    process.exit(1);
  });
  // Whoever read our output may leave, such as `head`.
  process.stdout.on('error', () => undefined);
}

async function run(): Promise<void> {
  assertNode();
  const config = readConfig();
  const log = openLog(config.logLevel);
  dieOfDefects(log);
  const stopping = stopSignal();
  let isStopping = false;
  void stopping.then((signal) => {
    isStopping = true;
    log.info({ signal }, 'stopping');
    const stuck = () => {
      log.fatal('the server did not stop in time');
      process.exit(1);
    };
    setTimeout(stuck, STOP_DEADLINE_MS).unref();
  });
  // Loaded only now, so that a wrong setting is answered at once and an old Node gets a sentence, not a syntax error.
  await import('reflect-metadata');
  const { startServer } = await import('./server.js');
  const server = await startServer(config, log).catch((error: unknown) => {
    if (!isStopping) throw error;
    // What was started may have been ended by the same Ctrl-C: no failure to speak of, everything is closed again.
    log.info({ err: error }, 'the start was given up');
    process.exit(0);
  });
  if (!isStopping) process.stdout.write(greet(server));
  await stopping;
  await server.close();
}

try {
  await run();
} catch (error) {
  fail(error);
}
