/** The process: settings, start, stop on a signal. */
import 'reflect-metadata';
import { relative } from 'node:path';
import { pino } from 'pino';
import { ConfigError, readConfig, type Config } from './config.js';
import { startServer, type RunningServer } from './server.js';
import { StartError } from './start-error.js';

function fail(error: unknown): never {
  const expected = error instanceof ConfigError || error instanceof StartError;
  process.stderr.write(`${expected ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
}

function greet(server: RunningServer): string {
  const bearer =
    server.keyFile === undefined ? (server.newKey ?? '$TOLLGATE_API_KEY') : `$(cat ${relative('.', server.keyFile)})`;
  const lines = [`Tollgate is ready: open ${server.url}/ for the GraphQL explorer.`];
  if (server.newKey !== undefined) lines.push(`Your API key, shown this once: ${server.newKey}`);
  lines.push(
    'Try it:',
    `  curl -s ${server.url}/graphql -H "Authorization: Bearer ${bearer}" -H 'content-type: application/json' \\`,
    `    -d '{"query":"{ viewer { organization { name } roles } }"}'`,
  );
  return `${lines.join('\n')}\n`;
}

async function run(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel });
  const stopping = new Promise<string>((stop) => {
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
  const server = await startServer(config, log);
  process.stdout.write(greet(server));
  await stopping;
  await server.close();
}

try {
  await run(readConfig());
} catch (error) {
  fail(error);
}
