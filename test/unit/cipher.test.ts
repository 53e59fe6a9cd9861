/** Each test was seen to fail: with the place, the index or the nonce left out of the encryption. */
import { blindIndex, openWith, partsOf, sealWith } from '../../src/encryption/cipher.js';
import { parseKeys } from '../../src/encryption-settings.js';

const KEY = { id: 'k1', key: Buffer.alloc(32, 1) };
const OTHER = { id: 'k1', key: Buffer.alloc(32, 2) };
const PLACE = 'account.name';

function opened(stored: string, place = PLACE, key = KEY): string {
  const parts = partsOf(stored);
  if (!parts) throw new Error('It is no ciphertext.');
  return openWith(key, place, parts);
}

test.each(['Ada', '', 'tg1:k1:Ada', 'Ünï\u{1f600}\n\0', 'x'.repeat(100_000)])(
  'a text comes back as it was: %.20s',
  (text) => {
    expect(opened(sealWith(KEY, PLACE, text))).toBe(text);
  },
);

test('two encryptions of one text have nothing in common that tells of it', () => {
  const stored = Array.from({ length: 100 }, () => sealWith(KEY, PLACE, 'Ada'));
  expect(new Set(stored.map((text) => text.slice(0, 20))).size).toBe(100);
  expect(stored.every((text) => /^tg1:k1:[\w-]{42}$/.test(text))).toBe(true);
});

test('what was moved, changed or encrypted by another key is refused', () => {
  const index = blindIndex(KEY.key, 'ref', 'pi_1');
  const stored = sealWith(KEY, PLACE, 'pi_1', index);
  expect(opened(stored)).toBe('pi_1');
  expect(() => opened(stored, 'organization.name')).toThrow();
  expect(() => opened(stored, PLACE, OTHER)).toThrow();
  expect(() => opened(stored.replace(index, blindIndex(KEY.key, 'ref', 'pi_2')))).toThrow();
  expect(() => opened(stored.slice(0, -index.length - 1))).toThrow();
  const [start, end] = [stored.indexOf(':', 4) + 1, stored.lastIndexOf(':')];
  for (let at = start; at < end - 1; at += 1) {
    const changed = stored[at] === 'A' ? 'B' : 'A';
    expect(() => opened(`${stored.slice(0, at)}${changed}${stored.slice(at + 1)}`)).toThrow();
  }
});

test('a blind index is the same for one text in one scope under one key, and for nothing else', () => {
  const one = blindIndex(KEY.key, 'ref', 'pi_1');
  expect(blindIndex(KEY.key, 'ref', 'pi_1')).toBe(one);
  for (const other of [
    blindIndex(KEY.key, 'ref', 'pi_2'),
    blindIndex(KEY.key, 'fingerprint', 'pi_1'),
    blindIndex(OTHER.key, 'ref', 'pi_1'),
  ]) {
    expect(other).not.toBe(one);
  }
});

const SECRET = KEY.key.toString('base64');

test.each<[string, string, string[] | undefined]>([
  ['one', `k1:${SECRET}`, ['k1']],
  ['two', `k2:${SECRET},k1:${SECRET}`, ['k2', 'k1']],
  ['one a line', `k2:${SECRET}\nk1:${SECRET}\n`, ['k2', 'k1']],
  ['none', '', undefined],
  ['one without an id', SECRET, undefined],
  ['an id of other signs', `k 1:${SECRET}`, undefined],
  ['31 bytes', `k1:${Buffer.alloc(31).toString('base64')}`, undefined],
  ['33 bytes', `k1:${Buffer.alloc(33).toString('base64')}`, undefined],
  ['an id twice', `k1:${SECRET},k1:${SECRET}`, undefined],
])('keys in a setting: %s', (_says, text, ids) => {
  expect(parseKeys(text)?.map(({ id }) => id)).toEqual(ids);
});
