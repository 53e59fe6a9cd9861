/**
 * I12: what is logged, whatever it is, brings along nothing that people sent.
 * Seen to fail: each kind of secret with its pattern taken out of src/scrub.ts; with fields that are not known written; with
 * pino's own serializer of errors; with the message of a value that could not be read; with all lines of `where`.
 */
import { DatabaseError } from 'pg';
import { openLog } from '../../src/log.js';
import { scrub, scrubLine } from '../../src/scrub.js';
import { CANARIES } from '../support/canaries.js';

/** Of the line that is written. */
function lineOf(fields: object, message = 'said'): string {
  const lines: string[] = [];
  openLog('trace', { write: (line) => void lines.push(line) }).warn(fields, message);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe.each(Object.entries(CANARIES))('%s', (_kind, canary) => {
  test.each([
    ['a message', () => lineOf({}, `so ${canary}, it was`)],
    ['a field', () => lineOf({ reason: canary })],
    ['a message of two lines', () => lineOf({}, `so\n${canary}`)],
    ['an error', () => lineOf({ err: new Error(`cannot ${canary}`) })],
    ['its cause', () => lineOf({ err: new Error('outer', { cause: new TypeError(canary) }) })],
    ['one of many', () => lineOf({ err: new AggregateError([new Error(canary)], 'all') })],
    ['what is no error', () => lineOf({ err: canary })],
    ['the name of a field', () => lineOf({ [canary]: 1 })],
  ])('in %s', (_where, write) => {
    const line = write();
    expect(line).not.toContain(canary);
    expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(line.endsWith('\n')).toBe(true);
  });

  test('in a text', () => expect(scrub(`a "${canary}" b`)).not.toContain(canary));
});

test.each([
  'src/lane.ts:12:3',
  'file:///srv/node_modules/@mikro-orm/core/exceptions.js:11:9',
  'relation "usage_record" does not exist',
  '0f8fad5b-d9cb-469f-a165-70867728950e',
  '2026-11-27T12:00:00.123Z',
  'postgresql://tollgate@127.0.0.1:5432/tollgate',
  'pi_1 is payable, 1234567890123 calls',
])('left as it is: %s', (text) => expect(scrub(text)).toBe(text));

test('only known fields are written, and of those no objects', () => {
  const line = lineOf({ organizationId: 'ours', variables: { name: 'Ada' }, reason: { text: 'Ada' }, query: 'Ada' });
  expect(line).not.toContain('Ada');
  expect(JSON.parse(line)).toMatchObject({ organizationId: 'ours', variables: '[left out]', reason: '[left out]' });
});

test('an error of the database is told without the values that it was about', () => {
  const error = Object.assign(
    new DatabaseError('invalid input syntax for type uuid: "Grace H "L""\n - detail: Grace H', 1, 'error'),
    {
      ...{
        code: '22P02',
        severity: 'ERROR',
        detail: 'Key (name)=(Grace H) exists.',
        hint: 'a hint',
        table: 'account',
        parameters: ['Grace H'],
      },
      where:
        'unnamed portal with parameters: $1 = Grace H\nPL/pgSQL function public.record_usage(json) line 3 at Grace H',
      query: "SELECT 'Grace H'",
    },
  );
  const line = lineOf({ err: error });
  expect(line).not.toContain('Grace H');
  const { err } = JSON.parse(line) as { err: { stack: string } };
  expect(err).toMatchObject({
    ...{ type: 'DatabaseError', message: 'invalid input syntax for type uuid: "…"', code: '22P02', hint: 'a hint' },
    ...{ table: 'account', where: 'PL/pgSQL function public.record_usage' },
  });
  expect(err.stack).toMatch(/^\s+at .*log\.test\.ts/);
});

test('causes end somewhere', () => {
  const error = new Error('a circle');
  error.cause = error;
  expect(lineOf({ err: error }).length).toBeLessThan(20_000);
});

test('a line stays a line of JSON, also where a number of it is a card’s', () => {
  const number = Number('4242'.repeat(4));
  const line = scrubLine(`${JSON.stringify({ id: number, deep: [{ said: `n ${number}` }], ok: true, none: null })}\n`);
  expect(JSON.parse(line)).toEqual({ id: null, deep: [{ said: `n ${'#'.repeat(16)}` }], ok: true, none: null });
});

// Callers can be told of what they sent, and what they send may be a megabyte. Seen to fail: without the cut.
test('a long text is cut, and a secret in what is left of it is taken out', () => {
  const long = scrub(`${'a'.repeat(5_000)} ada@example.com ${'b'.repeat(1_000_000)}`);
  expect(long).toMatch(/^a{5000} \[e-mail\] b+…$/);
  expect(long.length).toBeLessThan(10_000);
});
