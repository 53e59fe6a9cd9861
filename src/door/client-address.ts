/** Whom a request comes from: the address that limits are counted by. */
import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import proxyAddress from 'proxy-addr';

export class ClientAddresses {
  readonly #isProxy: (address: string, index: number) => boolean;

  /** @param proxies whose `X-Forwarded-For` is believed: addresses, and networks such as `10.0.0.0/8` */
  constructor(private readonly proxies: readonly string[]) {
    this.#isProxy = proxyAddress.compile([...proxies]);
  }

  of(request: IncomingMessage): string {
    const peer = request.socket.remoteAddress ?? '';
    if (this.proxies.length === 0) return counted(peer);
    const said = proxyAddress(request, this.#isProxy);
    return counted(isIP(said) === 0 ? peer : said);
  }

  /** A proxy speaks for many. */
  isProxy(address: string): boolean {
    return this.proxies.length > 0 && isIP(address) !== 0 && this.#isProxy(address, 0);
  }
}

/** Of IPv6 one network of 64 bits: that is what one household or one machine is given, and may take any address of. */
export function counted(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, missing)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
