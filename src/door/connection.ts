import type { makeServer } from 'graphql-ws';
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { withRequestId } from '../request-id.js';

/** Bytes that may wait for one client to read them: half of what it may cost, because alerts wait behind them, too. */
const MAX_UNREAD_BYTES = 512 * 1024;

/**
 * Close code for a client that does not read what it asked for, reason `slow consumer`. Nothing is lost: the client
 * connects again and resumes with its last cursor.
 */
export const SLOW_CONSUMER = 4420;

// The two codes differ for clients: 1013 is tried again, 4500 is not.
export const TRY_AGAIN_LATER = 1013;
const INTERNAL_ERROR = 4500;
const INVALID_MESSAGE = 4400;

type Peer = Parameters<ReturnType<typeof makeServer>['opened']>[0];

/** One client's socket: what it sends, how much of it may wait, and that its operations end with it. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #graceMs: number;
  readonly #onFault: (error: unknown) => void;
  #waiting: (() => void)[] = [];
  #slow: NodeJS.Timeout | undefined;
  #answeredPing = true;
  #initialised = false;
  #finish: ((code: number, reason: string) => void) | undefined;

  constructor(socket: WebSocket, graceMs: number, onFault: (error: unknown) => void) {
    this.#socket = socket;
    this.#graceMs = graceMs;
    this.#onFault = onFault;
  }

  /** Hands the socket to the protocol, and takes what is to be called when the socket is gone. */
  open(start: (peer: Peer) => (code: number, reason: string) => void): void {
    const socket = this.#socket;
    // ws closes a connection that breaks its rules (1009 for a message too large) by itself; that is no fault of ours.
    socket.on('error', () => undefined);
    socket.on('pong', () => (this.#answeredPing = true));
    socket.once('close', (code, reason) => this.#ended(code, reason.toString()));
    this.#finish = start({
      protocol: socket.protocol,
      send: (data) => this.#send(data),
      close: (code = 1000, reason = '') => this.end(code, reason),
      onMessage: (handle) =>
        socket.on(
          'message',
          (data: Buffer, isBinary: boolean) => void this.#receive(handle, data.toString(), isBinary),
        ),
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Closes with a code and ends the operations now, not when the client has read its backlog. */
  end(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.#ended(code, reason);
  }

  /** Cuts a peer that did not answer the ping before, and pings the others. */
  ping(): void {
    if (!this.#answeredPing) {
      this.#socket.terminate();
      return;
    }
    this.#answeredPing = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  async #receive(handle: (data: string) => Promise<void>, data: string, isBinary: boolean): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (isBinary) return this.end(INVALID_MESSAGE, 'Invalid message received');
    const first = !this.#initialised;
    this.#initialised = true;
    try {
      // Each message is a request: it begins one operation at most.
      await withRequestId(randomUUID(), () => handle(data));
    } catch (error) {
      // A message that only a server may send: the protocol throws instead of closing.
      if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
        return this.end(INVALID_MESSAGE, 'Invalid message received');
      }
      this.#onFault(error);
      if (first) this.end(TRY_AGAIN_LATER, 'Try again later');
      else this.end(INTERNAL_ERROR, 'Internal server error');
    }
  }

  /**
   * Resolves at once while the client keeps up, so that a subscription is read as fast as it yields. Above the limit
   * it waits for the client to read, and gives up on one that does not.
   */
  #send(data: string): Promise<void> | void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(data, () => this.#drained());
    if (socket.bufferedAmount <= MAX_UNREAD_BYTES) return;
    this.#slow ??= setTimeout(() => this.end(SLOW_CONSUMER, 'slow consumer'), this.#graceMs);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #drained(): void {
    if (this.#slow === undefined || this.#socket.bufferedAmount > MAX_UNREAD_BYTES) return;
    this.#release();
  }

  #release(): void {
    clearTimeout(this.#slow);
    this.#slow = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #ended(code: number, reason: string): void {
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.(code, reason);
    this.#release();
  }
}
