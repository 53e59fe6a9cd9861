/** How many connections there may be, in all and from one address: an idle one costs memory, and a slow one patience. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientAddresses } from './client-address.js';
import { counted } from './client-address.js';

export interface ConnectionLimits {
  /** 0: as many as come. */
  readonly maxConnections: number;
  /** 0: as many as come. Proxies that are trusted are not counted. */
  readonly maxConnectionsPerAddress: number;
}

/** What is above is closed without an answer: reading the request would cost what is to be spared. */
export function limitConnections(server: Server, limits: ConnectionLimits, addresses: ClientAddresses): void {
  if (limits.maxConnections > 0) server.maxConnections = limits.maxConnections;
  const most = limits.maxConnectionsPerAddress;
  if (most === 0) return;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const peer = socket.remoteAddress ?? '';
    if (addresses.isProxy(peer)) return;
    const address = counted(peer);
    const before = open.get(address) ?? 0;
    if (before >= most) {
      socket.destroy();
      return;
    }
    open.set(address, before + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}
