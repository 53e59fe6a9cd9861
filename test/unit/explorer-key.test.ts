import { mayShowKey } from '../../src/door/explorer.js';

const local = { embedded: true, remoteAddress: '127.0.0.1', host: 'localhost:4000' };

// Seen to fail: with any one of the three conditions taken out of `mayShowKey`.
test.each([
  ['the plain case', {}, true],
  ['no port', { host: 'localhost' }, true],
  ['upper case', { host: 'LOCALHOST:4000' }, true],
  ['IPv4 host', { host: '127.0.0.1:4000' }, true],
  ['IPv6 host', { host: '[::1]:4000', remoteAddress: '::1' }, true],
  ['IPv4 peer on an IPv6 socket', { remoteAddress: '::ffff:127.0.0.1' }, true],
  ['another loopback peer', { remoteAddress: '127.0.0.53' }, true],
  ['a database of its own', { embedded: false }, false],
  ['a peer in the network', { remoteAddress: '192.168.1.20' }, false],
  ['a peer that looks like loopback', { remoteAddress: '127.0.0.1.example.com' }, false],
  ['a peer in the network on an IPv6 socket', { remoteAddress: '::ffff:10.0.0.1' }, false],
  ['an IPv6 peer in the network', { remoteAddress: 'fe80::1' }, false],
  ['a peer that has gone', { remoteAddress: undefined }, false],
  ['a rebound name', { host: 'attacker.example:4000' }, false],
  ['a name that starts like ours', { host: 'localhost.attacker.example' }, false],
  ['a name that ends like ours', { host: 'attacker-localhost' }, false],
  ['a user part', { host: 'localhost@attacker.example' }, false],
  ['a port that is none', { host: 'localhost:port' }, false],
  ['a line break', { host: 'localhost\n' }, false],
  ['another loopback host', { host: '127.0.0.2:4000' }, false],
  ['all addresses', { host: '0.0.0.0:4000' }, false],
  ['an IPv6 host without brackets', { host: '::1' }, false],
  ['an empty host', { host: '' }, false],
  ['no host', { host: undefined }, false],
])('%s', (_name, change, shown) => {
  expect(mayShowKey({ ...local, ...change })).toBe(shown);
});
