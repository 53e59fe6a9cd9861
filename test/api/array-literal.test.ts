import fc from 'fast-check';
import { Client } from 'pg';
import { plainArray, textArray } from '../../src/array-literal.js';
import { cloneDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await cloneDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function readBack<T>(type: string, literal: string): Promise<T[] | undefined> {
  const { rows } = await client.query<{ a: T[] }>(`SELECT $1::${type}[] AS a`, [literal]);
  return rows[0]?.a;
}

const same = <T>(value: T) => value;

// PostgreSQL itself says what a literal means. Seen to fail: with JSON.stringify for every text (a line break came back
// as the letter n); with quotes not escaped; with NULL quoted.
test('texts come back from PostgreSQL as they were', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', '')),
    fc.string({
      unit: fc.constantFrom('"', '\\', ',', '{', '}', 'NULL', '\n', '\t', '\x7f', '\u2028', '😀', ' ', 'ü'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text)), async (texts) => {
      expect(await readBack('text', textArray(texts, same))).toEqual(texts);
    }),
  );
});

test('JSON comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.json({ noUnicodeString: false })), async (texts) => {
      const stored = texts.filter((json) => !/\\u0000|\\ud[89a-f]/i.test(json));
      expect(await readBack('json', textArray(stored, same))).toEqual(
        stored.map((json) => JSON.parse(json) as unknown),
      );
    }),
  );
});

test('numbers, instants and booleans come back as they were', async () => {
  const at = '2026-01-31T12:00:00.123Z';
  expect(await readBack('text', plainArray([1n, -(10n ** 37n), null], same))).toEqual([
    '1',
    `-1${'0'.repeat(37)}`,
    null,
  ]);
  expect(await readBack('timestamptz', plainArray([at, null], same))).toEqual([new Date(at), null]);
  expect(await readBack('bool', plainArray([true, false, null], same))).toEqual([true, false, null]);
  expect(await readBack('text', plainArray([], same))).toEqual([]);
});
