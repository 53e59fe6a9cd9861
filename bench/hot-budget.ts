/** One budget that everybody wants at once: how long a reservation takes, by the server and by SQL with row locks. */
import { v7 as newKey } from 'uuid';
import { Series, spread, table } from './figures.js';
import { ask, KEY, startProduct, type Product } from './product.js';
import type { SlotResult } from './slot.js';
import type { Stage } from './stage.js';

const CLIENTS = 32;
export const HOT_DATABASES = { server: 'hot', locked: 'hot_rows' };

class Side {
  readonly perSecond = new Series();
  readonly p50Ms = new Series();
  readonly p99Ms = new Series();

  add({ records, seconds, p50Ms, p99Ms }: SlotResult): void {
    this.perSecond.add(records / seconds);
    this.p50Ms.add(p50Ms);
    this.p99Ms.add(p99Ms);
  }
}

export class HotBudget {
  readonly server = new Side();
  readonly locked = new Side();

  private constructor(
    private readonly stage: Stage,
    private readonly product: Product,
  ) {}

  /** One user, who is made with one budget, and nobody else has any. The rows for the other side are the same. */
  static async open(stage: Stage): Promise<HotBudget> {
    await stage.createDatabase(HOT_DATABASES.server);
    const first = await startProduct(stage, HOT_DATABASES.server);
    await ask(first.url, 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { replayed } }', {
      input: {
        idempotencyKey: newKey(),
        userId: 'user-0',
        model: 'gpt-4o',
        promptTokens: 1000,
        completionTokens: 100,
      },
    });
    await first.process.stop();
    await stage.createDatabase(HOT_DATABASES.locked, HOT_DATABASES.server);
    return new HotBudget(stage, await startProduct(stage, HOT_DATABASES.server));
  }

  /** What one round found of the longest waits at the other side for one of ours. */
  get ratios(): Series {
    return this.locked.p99Ms.ratiosTo(this.server.p99Ms);
  }

  /** Code that the engine has not compiled yet is nobody's figure. */
  async warmUp(seconds: number): Promise<void> {
    await this.#reserve(seconds);
    await this.#lock(seconds);
  }

  async measure(seconds: number): Promise<void> {
    this.server.add(await this.#reserve(seconds));
    this.locked.add(await this.#lock(seconds));
  }

  report(): string {
    const row = (name: string, { perSecond, p50Ms, p99Ms }: Side) => [
      name,
      spread(perSecond),
      spread(p50Ms, 1),
      spread(p99Ms, 1),
    ];
    return table([
      [`one budget, ${CLIENTS} clients`, 'reservations/s', 'p50 ms', 'p99 ms'],
      row('reserveBudget', this.server),
      row('pg client with row locks', this.locked),
    ]);
  }

  toJSON() {
    return { server: this.server, locked: this.locked };
  }

  #reserve(seconds: number): Promise<SlotResult> {
    const slot = { kind: 'reserve', key: KEY, batchSize: 1, url: `${this.product.url}/graphql` } as const;
    return this.stage.run({ ...slot, clients: CLIENTS, seconds, users: 1 });
  }

  #lock(seconds: number): Promise<SlotResult> {
    const databaseUrl = this.stage.urlOf(HOT_DATABASES.locked);
    return this.stage.run({ kind: 'lockedReserve', databaseUrl, clients: CLIENTS, seconds, users: 1 });
  }
}
