/** A TCP proxy that cuts connections after a given number of bytes in one direction, to lose requests or replies on purpose. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Which bytes are counted: those to the server (requests) or those to the client (replies). */
export type Direction = 'TO_SERVER' | 'TO_CLIENT';

export interface Cut {
  readonly direction: Direction;
  /** So many bytes still pass, all in all; 0 loses the first one. */
  readonly afterBytes: number;
}

export interface FaultProxy {
  readonly port: number;
  /** How many connections were cut by plan. */
  readonly cuts: number;
  /** Cuts every connection that is open, and refuses none that comes. */
  cutAll(): void;
  close(): Promise<void>;
}

/** @param planOf asked for each new connection, which are counted from 0; undefined lets it live. */
export async function openFaultProxy(
  target: { readonly host: string; readonly port: number },
  planOf: (connection: number) => Cut | undefined = () => undefined,
): Promise<FaultProxy> {
  const open = new Set<Socket>();
  let connections = 0;
  let cuts = 0;
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
    const cut = planOf(connections++);
    const onCut = () => {
      cuts += 1;
      cutBoth();
    };
    pass(client, upstream, cut?.direction === 'TO_SERVER' ? cut.afterBytes : undefined, onCut);
    pass(upstream, client, cut?.direction === 'TO_CLIENT' ? cut.afterBytes : undefined, onCut);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const cutAll = () => open.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts;
    },
    cutAll,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      cutAll();
      await closed;
    },
  };
}

function pass(from: Socket, to: Socket, limit: number | undefined, onCut: () => void): void {
  let left = limit ?? Number.POSITIVE_INFINITY;
  from.on('data', (chunk: Buffer) => {
    if (chunk.length <= left) {
      left -= chunk.length;
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      return;
    }
    // What may still pass is handed to the system before the cut, so that the other side reads exactly so much.
    from.pause();
    if (left === 0) onCut();
    else to.write(chunk.subarray(0, left), onCut);
    left = 0;
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
