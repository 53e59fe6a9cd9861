/** A TCP proxy that cuts connections at a given byte of one direction, or of one request or reply, to lose them on purpose. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Which bytes are counted: those to the server (requests) or those to the client (replies). */
export type Direction = 'TO_SERVER' | 'TO_CLIENT';

export interface Cut {
  readonly direction: Direction;
  /** So many bytes still pass, all in all; 0 loses the first one. */
  readonly afterBytes: number;
}

/** What one side sends before the other answers: a request, or the reply to it. */
export interface Turn {
  readonly direction: Direction;
  /** What came of it first. */
  readonly bytes: Buffer;
  /** What came first of the turn before it: of a reply, its request. */
  readonly before: Buffer | undefined;
}

/** Asked for each turn of a connection: so many of its bytes still pass; undefined lets it live. */
export type TurnPlan = (turn: Turn) => number | undefined;

export interface FaultProxy {
  readonly port: number;
  /** How many connections were cut by plan. */
  readonly cuts: number;
  /** The same by what was lost. */
  readonly cutsOf: Readonly<Record<Direction, number>>;
  /** Cuts every connection that is open, and refuses none that comes. */
  cutAll(): void;
  close(): Promise<void>;
}

/** @param planOf asked for each new connection, which are counted from 0; undefined lets it live. */
export async function openFaultProxy(
  target: { readonly host: string; readonly port: number },
  planOf: (connection: number) => Cut | TurnPlan | undefined = () => undefined,
): Promise<FaultProxy> {
  const open = new Set<Socket>();
  let connections = 0;
  const cutsOf = { TO_SERVER: 0, TO_CLIENT: 0 };
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    const both = [client, upstream];
    const cutBoth = () => both.forEach((socket) => socket.destroy());
    for (const socket of both) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cutBoth);
      socket.once('close', () => {
        open.delete(socket);
        cutBoth();
      });
    }
    const allowance = new Allowance(planOf(connections++));
    const way = (direction: Direction) => ({
      allowed: (chunk: Buffer) => allowance.take(direction, chunk),
      onCut: () => {
        cutsOf[direction] += 1;
        cutBoth();
      },
    });
    pass(client, upstream, way('TO_SERVER'));
    pass(upstream, client, way('TO_CLIENT'));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const cutAll = () => open.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cutsOf.TO_SERVER + cutsOf.TO_CLIENT;
    },
    cutsOf,
    cutAll,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      cutAll();
      await closed;
    },
  };
}

/** How many bytes of each direction of a connection may still pass. */
class Allowance {
  readonly #left = { TO_SERVER: Number.POSITIVE_INFINITY, TO_CLIENT: Number.POSITIVE_INFINITY };
  #turn: Turn | undefined;

  constructor(private readonly plan: Cut | TurnPlan | undefined) {
    if (typeof plan === 'object') this.#left[plan.direction] = plan.afterBytes;
  }

  /** Answers with how much of a chunk passes. */
  take(direction: Direction, bytes: Buffer): number {
    if (typeof this.plan === 'function' && this.#turn?.direction !== direction) {
      this.#turn = { direction, bytes, before: this.#turn?.bytes };
      this.#left[direction] = this.plan(this.#turn) ?? Number.POSITIVE_INFINITY;
    }
    const allowed = Math.min(bytes.length, this.#left[direction]);
    this.#left[direction] -= allowed;
    return allowed;
  }
}

function pass(from: Socket, to: Socket, way: { allowed: (chunk: Buffer) => number; onCut: () => void }): void {
  from.on('data', (chunk: Buffer) => {
    const allowed = way.allowed(chunk);
    if (allowed === chunk.length) {
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      return;
    }
    // What may still pass is handed to the system before the cut, so that the other side reads exactly so much.
    from.pause();
    if (allowed === 0) way.onCut();
    else to.write(chunk.subarray(0, allowed), way.onCut);
  });
  from.on('end', () => to.end());
}

/** The same numbers for the same seed, from 0 (inclusive) to 1 (exclusive). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
