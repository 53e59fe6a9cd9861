/** H23: who takes long to say what is wanted, or to take the answer, is not waited for, and keeps nobody waiting. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { openSmallDoor, type SmallDoor } from '../support/small-door.js';

const CLIENTS = 20;
const LONG_MS = 60_000;

/** How long each is waited for; the others for longer than the test. */
const patient = { headersMs: LONG_MS, requestMs: LONG_MS, silenceMs: LONG_MS, checkMs: 10 };

const HALF_HEADERS = 'POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: ';
const HALF_BODY = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{';
const NEVER_ANSWERED = 'GET /never HTTP/1.1\r\nhost: x\r\n\r\n';

let door: SmallDoor;
afterEach(() => door.close());

async function open(patience: Partial<typeof patient>): Promise<void> {
  const never = (_: unknown, __: unknown, path: string) => (path === '/never' ? new Promise<boolean>(() => {}) : false);
  door = await openSmallDoor({ patience: { ...patient, ...patience }, routes: [never] });
}

/** Says so much and no more, and what became of it. */
async function say(text: string): Promise<{ socket: Socket; end: Promise<string> }> {
  const { hostname, port } = new URL(door.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (data: Buffer) => (answer += data.toString()));
  socket.on('error', () => undefined);
  const end = once(socket, 'close').then(() => answer.split('\r\n')[0] ?? '');
  await once(socket, 'connect');
  socket.write(text);
  return { socket, end };
}

async function sayAll(text: string): Promise<string[]> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => say(text)));
  const honest = await fetch(`${door.url}/health/live`);
  expect(honest.status).toBe(200);
  return Promise.all(clients.map(({ end }) => end));
}

// Seen to fail, by never ending, each with its limit left out: headersTimeout, requestTimeout, setTimeout.
test.each([
  ['its headers', { headersMs: 200 }, HALF_HEADERS, 'HTTP/1.1 408 Request Timeout'],
  ['its body', { headersMs: 200, requestMs: 200 }, HALF_BODY, 'HTTP/1.1 408 Request Timeout'],
  ['a connection on which nothing moves', { silenceMs: 200 }, NEVER_ANSWERED, ''],
])('%s: the connection is closed, and others are served', async (_, patience, text, answer) => {
  await open(patience);
  expect(new Set(await sayAll(text))).toEqual(new Set([answer]));
});

// A byte now and then is no progress: the time is that of all headers together.
test('headers that come a byte at a time are closed as well', async () => {
  await open({ headersMs: 300 });
  const { socket, end } = await say(HALF_HEADERS);
  const drip = setInterval(() => socket.write('a'), 20);
  expect(await end).toMatch(/^(HTTP\/1\.1 408 Request Timeout)?$/);
  clearInterval(drip);
});
