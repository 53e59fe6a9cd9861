/** A websocket that sends what a test wants, right or wrong, and hands out what arrives. */
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';

export interface RawSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  send(message: unknown): void;
  /** The next message, in the order of arrival. */
  next(): Promise<unknown>;
}

/** @param url the server's, with http */
export async function connectRaw(
  url: string,
  options: ClientOptions = {},
  protocol = 'graphql-transport-ws',
  path = '/graphql',
): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, protocol, options);
  const arrived: unknown[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    arrived.push(JSON.parse(data.toString()));
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, 'open');
  socket.on('error', () => undefined);
  return {
    socket,
    closed,
    send: (message) =>
      socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    next: async () => {
      while (arrived.length === 0) {
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), closed]);
        if (arrived.length === 0 && socket.readyState === WebSocket.CLOSED) throw new Error('The socket was closed.');
      }
      return arrived.shift();
    },
  };
}
