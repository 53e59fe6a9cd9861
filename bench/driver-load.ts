/**
 * Reserve and settle by the server's own lanes and hot functions, composed as its services do it, without the server
 * around them: what group commit itself brings over a transaction for each call.
 */
import 'reflect-metadata';
import { Pool } from 'pg';
import { checkReserve } from '../src/budget/reservation-draft.js';
import { Reserving, type HoldItem } from '../src/budget/reserving.js';
import { PriceBook } from '../src/catalog/price-book.js';
import { Clock } from '../src/clock.js';
import { readConfig } from '../src/config.js';
import { AccountDirectory } from '../src/identity/account-directory.js';
import type { LaneJob } from '../src/lane.js';
import { laneConnections, Lanes } from '../src/lanes.js';
import { idAt } from '../src/node-id.js';
import { checkCall } from '../src/usage/check-usage.js';
import { Recording, type UsageItem } from '../src/usage/recording.js';
import { newKey } from './new-key.js';
import { answerSlots, type Worker } from './run-slot.js';
import type { Slot } from './slot.js';

const LANES = readConfig({}).lanes;

const MODEL = { provider: undefined, model: 'gpt-4o' };
const RESERVED = { promptTokens: 1000n, maxCompletionTokens: 200n };

class Driver {
  readonly #lanes: Lanes;
  readonly #clock: Clock;
  readonly #accounts: AccountDirectory;
  readonly #reserving: Reserving;
  readonly #recording: Recording;

  private constructor(
    private readonly organizationId: string,
    pool: Pool,
  ) {
    const prices = new PriceBook(pool);
    const enforcement = { isOn: true, since: undefined, graceMs: 0 };
    const noAlert = () => {
      throw new Error('An alert was raised.');
    };
    this.#lanes = new Lanes(pool, LANES);
    this.#clock = new Clock(pool);
    this.#accounts = new AccountDirectory(this.#lanes, undefined);
    this.#reserving = new Reserving(prices, enforcement);
    this.#recording = new Recording(prices, { isPricingOn: true, enforcement }, noAlert, false);
  }

  static async open(databaseUrl: string): Promise<Driver> {
    const pool = new Pool({ connectionString: databaseUrl, max: laneConnections(LANES), keepAlive: true });
    const { rows } = await pool.query<{ id: string }>(
      `SELECT organization_id AS id FROM account WHERE kind = 'ORGANIZATION'`,
    );
    const driver = new Driver(rows[0]?.id ?? '', pool);
    await driver.#clock.sync();
    return driver;
  }

  async cycle(userId: string): Promise<void> {
    const item = await this.#itemOf(userId);
    const held = await this.#run(this.#reserving, item);
    if (held.outcome !== 'ALLOWED') throw new Error(`Not reserved: ${held.reason}`);
    const { draft, reservationId: id, createdAt } = item;
    const input = { idempotencyKey: newKey(), model: MODEL.model, promptTokens: '1000', completionTokens: '100' };
    const reserved = { id, account: draft.account, runId: undefined, createdAt };
    const call: UsageItem = {
      draft: checkCall(input, this.#clock.now(), ['input'], reserved),
      accountId: item.accountId,
      wantsBudgets: false,
      wantsReservation: false,
    };
    const { reservation } = await this.#run(this.#recording, call);
    if (reservation?.['usage_key'] !== input.idempotencyKey) throw new Error('Not settled.');
  }

  async #itemOf(userId: string) {
    const createdAt = this.#clock.now();
    const { promptTokens, maxCompletionTokens } = RESERVED;
    const tokens = { promptTokens: String(promptTokens), maxCompletionTokens: String(maxCompletionTokens) };
    const draft = checkReserve({ idempotencyKey: newKey(), userId, model: MODEL.model, ...tokens }, ['input']);
    const [accountId = ''] = await this.#accounts.idsOf(this.organizationId, [draft.account], createdAt);
    const call = { ...MODEL, asked: RESERVED };
    const item = { draft, reservationId: idAt(createdAt), accountId, call, createdAt, wantsRows: false };
    return item satisfies HoldItem;
  }

  async #run<Item, Receipt>(job: LaneJob<Item, Receipt>, item: Item): Promise<Receipt> {
    const [outcome] = await this.#lanes.submitFor(this.organizationId, job, [item]);
    if (outcome?.status !== 'fulfilled') throw outcome?.reason;
    return outcome.value;
  }
}

let opening: Promise<Driver> | undefined;
let turn = 0;

function workerOf(slot: Slot): Worker {
  if (slot.kind !== 'laneCycle') throw new Error('Only lanes are the work of this process.');
  let driver: Driver | undefined;
  return {
    open: async () => {
      opening ??= Driver.open(slot.databaseUrl);
      driver = await opening;
    },
    work: async () => {
      turn += 1;
      await driver?.cycle(`user-${turn % slot.users}`);
      return 1;
    },
    close: () => Promise.resolve(),
  };
}

answerSlots(workerOf);
