/** What tools of others find at our doors, where they are on PATH: slowhttptest for slow clients, sqlmap for injections. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import type { Judgement } from '../../bench/figures.js';
import { OPERATOR_KEY, type Ground } from '../crew.js';
import { LeakyDoor } from './leaky-door.js';
import { WatchedServer } from './watched-server.js';

const MOST_OUTPUT_BYTES = 64 * 2 ** 20;
const execute = promisify(execFile);

/** @returns what it printed. */
async function run(program: string, options: readonly string[]): Promise<string> {
  return (await execute(program, options, { maxBuffer: MOST_OUTPUT_BYTES })).stdout;
}

const LIMITS_OFF = {
  RATE_LIMIT_KEY: '0',
  RATE_LIMIT_ORGANIZATION: '0',
  RATE_LIMIT_ADDRESS: '0',
  RATE_LIMIT_HOT_KEY: '0',
  RATE_LIMIT_HOT_ORGANIZATION: '0',
  RATE_LIMIT_HOT_ADDRESS: '0',
};

/** Half as many connections as one address may have. */
const SLOW = ['-c', '1000', '-r', '200', '-l', '45', '-p', '3'];
const SLOWLY: Readonly<Record<string, readonly string[]>> = {
  headers: ['-H', '-i', '3', '-t', 'GET'],
  bodies: ['-B', '-i', '3', '-s', '4096', '-f', 'application/json', '-t', 'POST'],
  reading: ['-X', '-w', '16', '-y', '64', '-n', '5', '-z', '32', '-k', '3'],
};

// It would wait for a list of targets on its standard input.
const SQLMAP = [
  '--ignore-stdin',
  '--batch',
  '--flush-session',
  '--disable-coloring',
  '--dbms',
  'PostgreSQL',
  '--ignore-code',
  '400',
];

/** Documents, and variables whose strings are tried: `*` is the place. */
const INJECTED: readonly (readonly [query: string, variables: object])[] = [
  ['query ($id: ID!) { node(id: $id) { id } }', { id: '*' }],
  [
    'query ($name: String!, $provider: String) { model(name: $name, provider: $provider) { id } }',
    { name: '*', provider: '*' },
  ],
  ['query ($f: ModelFilter) { models(filter: $f, first: 3) { edges { cursor } } }', { f: { search: '*' } }],
  ['query ($u: String, $t: String) { budgetStatus(userId: $u, teamId: $t) { asOf } }', { u: '*', t: '*' }],
  [
    'query ($f: UsageFilter, $after: String) { usageRecords(filter: $f, after: $after) { edges { cursor } } }',
    { f: { userId: '*' }, after: '*' },
  ],
  ['query ($f: AlertFilter) { alerts(filter: $f) { edges { cursor } } }', { f: { userId: '*' } }],
  [
    'query ($i: UsageSummaryInput!) { usageSummary(input: $i) { totals { recordCount } } }',
    { i: { from: '*', to: '*', groupBy: ['DAY'] } },
  ],
  [
    'query ($i: CheckBudgetInput!) { checkBudget(input: $i) { outcome } }',
    { i: { userId: '*', model: '*', promptTokens: 1 } },
  ],
  [
    'mutation ($i: RecordUsageInput!) { recordUsage(input: $i) { replayed } }',
    { i: { idempotencyKey: '*', userId: '*', model: '*', provider: '*', promptTokens: 1 } },
  ],
  [
    'mutation ($i: SetAccountInput!) { setAccount(input: $i) { id } }',
    { i: { kind: 'USER', externalId: '*', name: '*' } },
  ],
];

async function isThere(program: string): Promise<boolean> {
  return run('which', [program]).then(
    () => true,
    () => false,
  );
}

async function slowly({ url }: WatchedServer): Promise<Judgement[]> {
  const judgements: Judgement[] = [];
  for (const [name, options] of Object.entries(SLOWLY)) {
    const target = name === 'reading' ? `${url}/health/ready` : `${url}/graphql`;
    const output = await run('slowhttptest', [...SLOW, ...options, '-u', target]);
    // It draws its figures again and again, in colours.
    const plain = stripVTControlCharacters(output);
    const looks = [...plain.matchAll(/service available:\s*(YES|NO)/g)].map(([, answer]) => answer);
    const gone = looks.filter((answer) => answer !== 'YES').length;
    console.log(`slowhttptest looked ${looks.length} times while it tried slow ${name}`);
    judgements.push({
      says: `slowhttptest, slow ${name}: served in ${looks.length - gone} of ${looks.length} looks`,
      holds: looks.length > 0 && gone === 0,
    });
  }
  return judgements;
}

/** Resolves to the documents where sqlmap finds a hole, or cannot say that there is none, with whether it found one. */
async function holesIn(url: string, documents: typeof INJECTED): Promise<boolean[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-sqlmap-'));
  const holes: boolean[] = [];
  for (const [query, variables] of documents) {
    const file = join(folder, 'request');
    const head = ['POST /graphql HTTP/1.1', `Host: ${new URL(url).host}`, 'Content-Type: application/json'];
    const body = JSON.stringify({ query, variables });
    await writeFile(file, [...head, `Authorization: Bearer ${OPERATOR_KEY}`, '', body].join('\r\n'));
    const traffic = join(folder, 'traffic');
    const output = await run('sqlmap', ['-r', file, ...SQLMAP, '--output-dir', folder, '-t', traffic]);
    const requests = (await readFile(traffic, 'utf8')).match(/^HTTP request \[#/gm) ?? [];
    const hasNone = /do not appear to be injectable/.test(output) && !/is vulnerable/.test(output);
    console.log(`sqlmap ${hasNone ? 'found nothing in' : 'does not clear'} ${query} (${requests.length} requests)`);
    if (!hasNone) holes.push(/identified the following injection point/.test(output));
  }
  await rm(folder, { recursive: true, force: true });
  return holes;
}

async function injected({ url }: WatchedServer, ground: Ground): Promise<Judgement[]> {
  const places = INJECTED.flatMap(([, variables]) => JSON.stringify(variables).match(/"\*"/g) ?? []).length;
  const holes = await holesIn(url, INJECTED);
  const leaky = await LeakyDoor.open(await ground.createDatabase('leaky'));
  const planted = await holesIn(leaky.url, INJECTED.slice(0, 1));
  await leaky.close();
  return [
    { says: `sqlmap: nothing found in ${places} places`, holds: holes.length === 0 },
    { says: 'sqlmap: finds the hole of a door that has one', holds: planted.includes(true) },
  ];
}

export async function proveOutside(ground: Ground): Promise<Judgement[]> {
  const tools = { slowhttptest: slowly, sqlmap: injected };
  const judgements: Judgement[] = [];
  const server = await WatchedServer.start(ground, 'outside', LIMITS_OFF);
  for (const [program, prove] of Object.entries(tools)) {
    if (await isThere(program)) judgements.push(...(await prove(server, ground)));
    else console.log(`${program} is not on PATH: not tried.`);
  }
  await server.stop();
  return judgements;
}
