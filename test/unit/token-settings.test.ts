/** What the settings of tokens must be; every mistake is said, and none of them prints a secret. */
import { readConfig } from '../../src/config.js';

const SECRET = 's'.repeat(32);
const URL = 'https://login.example.com/jwks';
const WHOLE = { JWT_JWKS_URL: URL, JWT_ISSUER: 'https://login.example.com/', JWT_AUDIENCE: 'tollgate' };

test.each<[string, Record<string, string>, RegExp]>([
  ['a short secret', { JWT_SECRET: 's'.repeat(31) }, /JWT_SECRET must be one secret of at least 32 bytes/],
  ['one of two that is short', { JWT_SECRET: `${SECRET},short` }, /JWT_SECRET must be one secret/],
  ['six secrets', { JWT_SECRET: Array(6).fill(SECRET).join(',') }, /up to five/],
  ['a secret in production', { JWT_SECRET: SECRET, NODE_ENV: 'production' }, /JWT_SECRET is for development/],
  ['both kinds of keys', { ...WHOLE, JWT_SECRET: SECRET }, /exclude each other/],
  ['no issuer', { ...WHOLE, JWT_ISSUER: '' }, /JWT_ISSUER must be set beside JWT_JWKS_URL/],
  ['no audience', { ...WHOLE, JWT_AUDIENCE: '' }, /JWT_AUDIENCE must be set beside JWT_JWKS_URL/],
  ['an address that anybody can answer for', { ...WHOLE, JWT_JWKS_URL: 'http://login.example.com/' }, /https/],
  ['an address with a password', { ...WHOLE, JWT_JWKS_URL: 'https://a:b@login.example.com/' }, /https/],
  ['no address', { ...WHOLE, JWT_JWKS_URL: 'login' }, /https/],
  ['an issuer of nothing', { JWT_ISSUER: 'a' }, /JWT_ISSUER is of no use without JWT_SECRET or JWT_JWKS_URL/],
  ['a life without an end', { ...WHOLE, JWT_MAX_AGE: '0' }, /JWT_MAX_AGE must be 1s or more/],
  ['keys that are never kept', { ...WHOLE, JWT_JWKS_MAX_AGE: '0' }, /JWT_JWKS_MAX_AGE must be 1s or more/],
])('%s', (_says, environment, message) => {
  const read = () => readConfig(environment);
  expect(read).toThrow(message);
  expect(read).not.toThrow(SECRET);
});

test.each<[string, Record<string, string>, object | undefined]>([
  ['nothing', {}, undefined],
  ['two secrets', { JWT_SECRET: `${SECRET},${SECRET}` }, { keys: { kind: 'SECRETS', secrets: [SECRET, SECRET] } }],
  [
    'an address',
    { ...WHOLE, NODE_ENV: 'production', JWT_MAX_AGE: '1h' },
    { keys: { kind: 'KEY_SET', url: URL, maxAgeMs: 300_000 }, audience: 'tollgate', maxAgeMs: 3_600_000 },
  ],
  [
    'an address of this machine',
    { ...WHOLE, JWT_JWKS_URL: 'http://127.0.0.1:8080/jwks' },
    { keys: { url: 'http://127.0.0.1:8080/jwks' } },
  ],
])('%s is right', (_says, environment, expected) => {
  const { tokens } = readConfig(environment);
  if (expected === undefined) expect(tokens).toBeUndefined();
  else expect(tokens).toMatchObject(expected);
});
