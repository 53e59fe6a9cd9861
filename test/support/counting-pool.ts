import { Pool, type QueryConfig } from 'pg';

/** A pool that counts its prepared statements by name. */
export class CountingPool extends Pool {
  readonly counts = new Map<string, number>();
  override query = ((...args: Parameters<Pool['query']>) => {
    const { name } = args[0] as unknown as QueryConfig;
    if (name !== undefined) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    return super.query(...args);
  }) as Pool['query'];
}
