/** A websocket with one subscription, as small as a client can be. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export class Listener {
  /** Told of each alert that arrives. */
  heard: () => void = () => undefined;
  /** Why it hears nothing any more; undefined while it may. */
  end: string | undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      if (data.includes('"type":"next"')) this.heard();
      else this.end ??= data.toString();
    });
    socket.on('close', (code) => (this.end ??= `closed with ${code}`));
    socket.on('error', () => undefined);
  }

  /** Resolves when the server answered what was sent behind the subscription. */
  static async open(url: string, key: string, query: string): Promise<Listener> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
    });
    const send = (message: object) => socket.send(JSON.stringify(message));
    await once(socket, 'open');
    send({ type: 'connection_init', payload: { Authorization: `Bearer ${key}` } });
    await once(socket, 'message');
    send({ type: 'subscribe', id: '1', payload: { query } });
    send({ type: 'ping' });
    const [answer] = (await once(socket, 'message')) as [Buffer];
    if (!answer.includes('"pong"')) throw new Error(`Not subscribed: ${answer.toString()}`);
    return new Listener(socket);
  }

  /** Reads nothing more, and does not notice what becomes of the connection either. */
  pause(): void {
    this.socket.pause();
  }

  leave(): void {
    this.socket.terminate();
  }
}
