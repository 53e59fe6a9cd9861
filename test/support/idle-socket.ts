/** A client that connects, says who it is, and does nothing more. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface IdleSocket {
  /** Whether it was let in. */
  readonly isIn: Promise<boolean>;
  /** The code that it is closed with. */
  readonly closed: Promise<number>;
  leave(): void;
}

export async function openIdleSocket(url: string, payload: object): Promise<IdleSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));
  await once(socket, 'open');
  socket.on('error', () => undefined);
  const acknowledged = once(socket, 'message').then(() => true);
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  return { isIn: Promise.race([acknowledged, closed.then(() => false)]), closed, leave: () => socket.terminate() };
}
