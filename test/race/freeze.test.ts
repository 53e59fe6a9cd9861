/** A database that answers nothing for a while: time-outs fire, callers are told so, and all goes on when it does. */
import { Client } from 'pg';
import { CallLoad, effectsOf, setLoadBudget } from '../support/call-load.js';
import { embeddedUrl, eventually, Ground, healthOf, postmasterPid } from '../support/server-process.js';
import { post } from '../support/world.js';

const ground = new Ground();
let thaw: () => void = () => undefined;
let load: CallLoad | undefined;
afterEach(async () => {
  thaw();
  load?.abandon();
  await ground.clear();
});

const UNAVAILABLE = { code: 'SERVICE_UNAVAILABLE', retryable: true };

/** Stops all processes of the PostgreSQL that somebody is connected to; answers how they go on. */
async function freeze(postmaster: number, client: Client): Promise<() => void> {
  // First the one that would make new ones; the last is our own session's.
  process.kill(postmaster, 'SIGSTOP');
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity ORDER BY pid = pg_backend_pid()',
  );
  const pids = [postmaster, ...rows.map(({ pid }) => pid)];
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids.splice(0)) process.kill(pid, 'SIGCONT');
  };
}

const CALLERS = 16;
const WRITER_POOL_SIZE = 12;

// Seen to fail: without query_timeout for the writer pool the strangers were not answered while it was frozen; with the
// driver's word for a time-out unknown to databaseFault they were answered INTERNAL; without cutSilent the reader waited.
test('C10: PostgreSQL freezes under load: callers are told so, and it goes on where it was when it thaws', async () => {
  const folder = await ground.folder();
  const server = await ground.start({ folder });
  const key = server.printedKey ?? '';
  const client = new Client({ connectionString: await embeddedUrl(folder) });
  client.on('error', () => undefined);
  await client.connect();
  await setLoadBudget(server.url, key);
  load = new CallLoad((body) => post<never>(server.url, body, key).catch(() => undefined));
  const running = load.run(CALLERS);
  await load.more(CALLERS);
  // Keys that have to be looked up, at once: so many connections are then open and idle, and are asked first.
  const stranger = () => post(server.url, { query: '{ viewer { roles } }' }, `nobody-${Math.random()}`);
  await Promise.all(Array.from({ length: WRITER_POOL_SIZE }, stranger));
  // A reader whose connection is open.
  const read = () => post(server.url, { query: '{ viewer { organization { name } } }' }, key);
  await read();
  thaw = await freeze((await postmasterPid(folder)) ?? 0, client);
  const reading = read();
  expect(await healthOf(server.url)).toBe(503);
  for (const answer of await Promise.all([stranger(), stranger()])) {
    expect(answer).toMatchObject({ errors: [{ extensions: UNAVAILABLE }] });
  }
  await eventually(() => Promise.resolve((load?.refused ?? 0) > 0));
  expect(await reading).toMatchObject({ errors: [{ extensions: UNAVAILABLE }] });
  thaw();
  await load.more(CALLERS);
  load.stop();
  await running;
  expect(await healthOf(server.url)).toBe(200);
  expect(load.lost).toBe(0);
  const { stored, told } = await effectsOf(client, load);
  expect(stored).toEqual(told);
  await client.end();
  expect(await server.stop()).toEqual({ code: 0, signal: null });
}, 120_000);
