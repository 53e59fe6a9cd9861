/**
 * One keep-alive HTTP/1.1 connection that sends a request, waits for its answer and sends the next. Written on a bare
 * socket, because the load shares its cores with what it measures: a full client takes several times as much of them,
 * which would count against the server.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

export class HttpConnection {
  readonly #socket: Socket;
  readonly #opened: Promise<void>;
  #received: Buffer = NOTHING;
  #waiting: { resolve(body: string): void; reject(error: Error): void } | undefined;
  readonly #head: string;

  constructor(url: URL, key: string) {
    this.#head =
      `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n` +
      `accept: application/json\r\nauthorization: Bearer ${key}\r\ncontent-length: `;
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#opened = new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('error', reject);
    });
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('The server closed the connection.')));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
  }

  open(): Promise<void> {
    return this.#opened;
  }

  /** @param body ASCII alone. Resolves with the answer's body, read as latin1. */
  post(body: string): Promise<string> {
    return this.send(`${this.#head}${body.length}\r\n\r\n${body}`);
  }

  /** A request as it goes over the wire, ASCII alone. */
  send(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
    const end = headEnd + HEAD_END.length + length;
    if (this.#received.length < end) return;
    const body = this.#received.toString('latin1', headEnd + HEAD_END.length, end);
    this.#received = this.#received.length === end ? NOTHING : this.#received.subarray(end);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (Number.isNaN(length)) waiting?.reject(new Error(`An answer without a length: ${head}`));
    else waiting?.resolve(body);
  }
}
