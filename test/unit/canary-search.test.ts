/**
 * What would be found at the end of the run if it had been logged, and what is no find.
 * Seen to fail: each kind with its pattern taken out of test/support/canary-search.ts. A whole run failed at its end with
 * details of rows in the log, with the name of an operation in errors, and with secrets of documents in syntax errors.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CANARIES } from '../support/canaries.js';
import { filesIn, searchFiles } from '../support/canary-search.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-canary-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function found(text: string) {
  await writeFile(join(folder, 'log-1.txt'), `{"msg":"fine"}\n{"msg":"so ${text}, it was"}\n`);
  return searchFiles(filesIn(folder));
}

/** As it would come of somebody else. */
const others = (text: string): string => text.replaceAll('canary', 'Xx9Yy8');

test.each([
  ...Object.entries(CANARIES).filter(([kind]) => kind !== 'a password'),
  ['the key of all tests', 'test-bootstrap-key-00000000'],
])('%s', async (kind, canary) => {
  for (const text of kind.startsWith('the key') ? [canary] : [canary, others(canary)]) {
    const all = await found(text);
    expect(all.length).toBeGreaterThan(0);
    for (const { file, line, shown } of all) {
      expect([file, line]).toEqual(['log-1.txt', 2]);
      expect(shown).not.toContain(text);
    }
  }
});

test('whatever is planted is found', async () => {
  expect(await found('my canary here')).toMatchObject([
    { kind: 'planted', shown: '{"msg":"so my [planted] here, it was"}' },
  ]);
});

test.each([
  '0f8fad5b-d9cb-469f-a165-70867728950e',
  '2026-11-27T12:00:00.123Z',
  'at run (file:///srv/node_modules/@mikro-orm/core/a.js:11:9)',
  'Send it as "Authorization: Bearer <key or token>".',
  'postgresql://tollgate@127.0.0.1:5432/tollgate',
  `postgresql://tollgate:${'[password]'}@127.0.0.1:5432/tollgate`,
  '[key] [token] [secret] [e-mail] ################',
  'relation \\"usage_record\\" does not exist',
])('no find: %s', async (text) => expect(await found(text)).toEqual([]));
