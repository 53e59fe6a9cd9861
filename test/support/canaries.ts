/** One of each kind of what must never be found in a log, put together here so that no file holds one. */
export const CANARIES = {
  'an API key': `tg_${'Ab1_'.repeat(5)}xy_${'Cd2-'.repeat(10)}xyz`,
  'a bearer': 'Bearer some-key-of-somebody-0000',
  'a JWT': ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiJhZGEifQ', 'c2lnbmF0dXJlLWNhbmFyeQ'].join('.'),
  'a webhook secret': `whsec_${'canary'.repeat(5)}`,
  'a Stripe key': `sk_live_${'canary'.repeat(4)}`,
  'a restricted key': `rk_test_${'canary'.repeat(4)}`,
  'a client secret': `pi_123_secret_${'canary'.repeat(3)}`,
  'a card number': '4242'.repeat(4),
  'a card number with spaces': Array(4).fill('4242').join(' '),
  'an e-mail address': 'ada.canary@mail.example.com',
  'a connection string': 'postgres://tollgate:pa@ss-canary@database:5432/tollgate',
  'a password': 'password=canary-pass',
} as const;
