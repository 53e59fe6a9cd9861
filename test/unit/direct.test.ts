import { directResolver } from '../../src/direct.js';

const field = { name: 'record', extensions: { direct: true }, args: [{ name: 'input' }] } as never;
const owner = { record: (...given: unknown[]) => given };

test('a field that is marked is answered by the method of its name, with input, context and info', () => {
  const resolve = directResolver(field, [{ other: () => 'wrong' }, owner]);
  expect(resolve?.({}, { input: 'the input' }, { who: 'ada' }, 'info' as never)).toEqual([
    'the input',
    { who: 'ada' },
    'info',
  ]);
});

test('a field that is not marked is left alone', () => {
  expect(directResolver({ ...(field as object), extensions: {} } as never, [owner])).toBeUndefined();
});

// Seen to fail: with the first of several taken; with the arguments not looked at.
test.each([
  ['no resolver has the method', field, [{}]],
  ['two resolvers have it', field, [owner, { record: () => 'another' }]],
  [
    'it takes another argument too',
    { ...(field as object), args: [{ name: 'input' }, { name: 'dry' }] } as never,
    [owner],
  ],
])('the schema is not made where %s', (_why, marked, resolvers) => {
  expect(() => directResolver(marked, resolvers)).toThrow(/record/);
});
