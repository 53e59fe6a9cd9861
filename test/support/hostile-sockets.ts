/** What a websocket may be sent that no client would send. Each ends with a close code, or with an answer and an open socket. */
import type { RawSocket } from './raw-socket.js';

export interface HostileSocket {
  readonly name: string;
  readonly send: (client: RawSocket, init: object) => void;
}

const subscribe = (id: string, query: string, rest: object = {}) => ({
  type: 'subscribe',
  id,
  payload: { query, ...rest },
});

export function hostileSockets(): HostileSocket[] {
  const messages: unknown[] = [
    '',
    ' ',
    '{',
    '[]',
    'null',
    '1',
    '"x"',
    '{}',
    '{"type":1}',
    '{"type":null}',
    '{"type":"x"}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","id":1}',
    '{"type":"subscribe","id":""}',
    '{"type":"subscribe","id":"1","payload":{}}',
    '{"type":"subscribe","id":"1","payload":{"query":1}}',
    '{"type":"subscribe","id":"__proto__","payload":{"query":"{ viewer { roles } }"}}',
    '{"type":"complete"}',
    '{"type":"next","id":"1","payload":{}}',
    '{"type":"connection_ack"}',
    '{"type":"connection_init","payload":1}',
    '{"type":"connection_init","payload":[]}',
    '{"type":"connection_init","payload":{"Authorization":{}}}',
    '{"type":"connection_init","payload":{"__proto__":{"Authorization":"x"}}}',
    '['.repeat(30_000),
    'x'.repeat(65_537),
    'x'.repeat(1_048_576),
    Buffer.from('{}'),
    Buffer.alloc(65_537),
    '{"type":"ping","payload":1}',
    `{"type":"connection_init","payload":{"Authorization":"Bearer ${'a'.repeat(60_000)}"}}`,
  ];
  const queries = [
    '{',
    '{ nothing }',
    '{ viewer '.repeat(2_000),
    `{ ${'viewer { roles } '.repeat(500)} }`,
    '{ ...a } fragment a on Query { ...a }',
    'subscription { __typename }',
    'subscription { alertFeed { cursor } budgetAlerts { cursor } }',
    'subscription { alertFeed(after: "x") { cursor } }',
    'subscription { budgetAlerts(userId: "nobody") { cursor } }',
    'query a { viewer { roles } } query b { viewer { roles } }',
  ];
  return [
    ...messages.flatMap((message): HostileSocket[] => {
      const label = Buffer.isBuffer(message) ? `${message.length} bytes` : String(message).slice(0, 60);
      return [
        { name: `${label}, first`, send: (client) => client.send(message) },
        {
          name: `${label}, after who it is`,
          send: (client, init) => {
            client.send(init);
            client.send(message);
          },
        },
      ];
    }),
    ...queries.map((query) => ({
      name: `the operation ${query.slice(0, 40)}`,
      send: (client: RawSocket, init: object) => {
        client.send(init);
        client.send(subscribe('1', query));
      },
    })),
    {
      name: 'the same id twice',
      send: (client, init) => {
        client.send(init);
        for (let time = 0; time < 2; time += 1) client.send(subscribe('1', 'subscription { alertFeed { cursor } }'));
      },
    },
    {
      name: 'who it is, twice',
      send: (client, init) => {
        client.send(init);
        client.send(init);
      },
    },
    {
      name: '500 operations at once',
      send: (client, init) => {
        client.send(init);
        for (let id = 0; id < 500; id += 1) client.send(subscribe(String(id), 'subscription { alertFeed { cursor } }'));
      },
    },
  ];
}
