/**
 * Callers that hold, spend and give back over a bad line, and remember what they were told: the second set of books that
 * retries are judged by. What is refused is refused whenever it is asked, so that a request that was cut and comes late
 * finds nothing to do.
 */
import { parseUsd } from '../../src/money.js';
import {
  DeductFromBudgetDocument,
  ExtendReservationDocument,
  RecordUsageBatchDocument,
  ReleaseReservationDocument,
  ReserveBudgetBatchDocument,
  ReserveBudgetDocument,
  SettleDocument,
  type DeductFromBudgetInput,
  type RecordUsageInput,
  type ReserveBudgetInput,
} from './generated/operations.js';
import type { RetryingClient } from './retrying-client.js';

/** What was told of one key. */
export interface Told {
  readonly key: string;
  readonly effect: 'RECORDED' | 'HELD' | 'EXTENDED' | 'DENIED';
  /** The record, or the reservation. */
  readonly id: string;
  readonly userId: string;
  /** Charged or held. */
  readonly picoUsd: bigint;
  readonly overran: boolean;
  readonly replayed: boolean;
  /** How often it was sent until it was told. */
  readonly tries: number;
}

/** A reservation as its caller knows it. */
export interface Hold {
  readonly userId: string;
  picoUsd: bigint;
  state: 'HELD' | 'SETTLED' | 'RELEASED';
}

interface HoldPayload {
  readonly decision: { readonly outcome: string; readonly asked: string | null };
  readonly reservation?: { readonly id: string } | null;
  readonly replayed: boolean;
}
interface RecordPayload {
  readonly usageRecord: { readonly id: string; readonly charge: string | null } | null;
  readonly replayed: boolean;
  readonly overran?: boolean;
}
type Ask = (client: RetryingClient) => Promise<Told[]>;
type Reserve = ReserveBudgetInput & { userId: string };
type Record = RecordUsageInput & { userId: string };

/** A user whose budget has room for so many reservations of 1 USD, and one whose budget has none. */
export const FULL = { userId: 'full', limit: 10 };
export const NEVER = { userId: 'never', limit: 0 };
/** More than any budget has. */
const TOO_MUCH = '1000000000';
const USERS = 6;

export class RetriedLoad {
  readonly told: Told[] = [];
  /** By id. */
  readonly holds = new Map<string, Hold>();
  readonly #asked: Ask[] = [];
  #keys = 0;

  constructor(
    private readonly client: RetryingClient,
    private readonly random: () => number,
  ) {}

  /** One of six ways to spend, in turn. */
  async cycle(n: number): Promise<void> {
    const ways = [
      () => this.#extended(),
      () => this.#released(),
      () => this.#batched(),
      () => this.#record(this.#call()),
      () => this.#batchOfCalls(),
      () => this.#deducted(),
    ];
    await ways[n % ways.length]?.();
  }

  /** Everything that took effect once more, by another client, a few at a time. */
  async again(client: RetryingClient): Promise<Told[]> {
    const told: Told[][] = [];
    const left = this.#asked.map((ask, n) => async () => void (told[n] = await ask(client)));
    const caller = async () => {
      for (let next = left.pop(); next; next = left.pop()) await next();
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    return told.flat();
  }

  async #extended(): Promise<void> {
    const id = await this.#reserve({ ...this.#who('reserve'), amount: this.#usd() });
    await this.#extend(id, this.#usd());
    await this.#extend(id, TOO_MUCH);
    await this.#settle(id);
  }

  async #released(): Promise<void> {
    const id = await this.#reserve({ ...this.#who('reserve'), ...this.#tokens() });
    const { data } = await this.client.ask(ReleaseReservationDocument, { input: { reservationId: id } });
    if (data.releaseReservation.reservation.state !== 'RELEASED') throw new Error(`${id} was not released.`);
    this.#end(id, 'RELEASED');
  }

  /** Four at once: one is settled, one stays, the others are for who has little room, or none. */
  async #batched(): Promise<void> {
    const items: Reserve[] = [
      { ...this.#who('batch'), amount: this.#usd() },
      { ...this.#who('batch'), ...this.#tokens() },
      { ...this.#who('full'), userId: FULL.userId, amount: '1' },
      { ...this.#who('never'), userId: NEVER.userId, amount: '1' },
    ];
    const told = await this.#do(async (client) => {
      const { data, tries } = await client.ask(ReserveBudgetBatchDocument, { input: { items } });
      return data.reserveBudgetBatch.items.flatMap(({ result }, n) => {
        const item = items[n];
        return item && result ? [heldOf(item, result, tries)] : [];
      });
    });
    await this.#settle(told[0]?.id ?? '');
  }

  async #batchOfCalls(): Promise<void> {
    const who = this.#who('reserve');
    const id = await this.#reserve({ ...who, amount: '1' });
    const items: Record[] = [this.#call(), this.#call(), { ...this.#call(), userId: who.userId, reservationId: id }];
    await this.#do(async (client) => {
      const { data, tries } = await client.ask(RecordUsageBatchDocument, { input: { items } });
      return data.recordUsageBatch.items.flatMap(({ result }, n) => {
        const item = items[n];
        return item && result ? [recordedOf(item, result, tries)] : [];
      });
    });
    this.#end(id, 'SETTLED');
  }

  /** One that fits, one that is booked in any case, and one that has no room. */
  async #deducted(): Promise<void> {
    await this.#deduct({ ...this.#who('fits'), amount: this.#usd(), onlyIfFits: true });
    await this.#deduct({ ...this.#who('anyway'), amount: this.#usd(), onlyIfFits: false });
    await this.#deduct({ ...this.#who('never'), userId: NEVER.userId, amount: this.#usd(), onlyIfFits: true });
  }

  async #do(ask: Ask): Promise<Told[]> {
    const told = await ask(this.client);
    this.told.push(...told);
    // What was refused may be refused for another reason by and by.
    if (told.some(({ effect }) => effect !== 'DENIED')) this.#asked.push(ask);
    for (const { effect, id, userId, picoUsd } of told) {
      if (effect === 'HELD') this.holds.set(id, { userId, picoUsd, state: 'HELD' });
      const hold = this.holds.get(id);
      if (hold && effect === 'EXTENDED') hold.picoUsd += picoUsd;
    }
    return told;
  }

  async #reserve(input: Reserve): Promise<string> {
    const [told] = await this.#do(async (client) => {
      const { data, tries } = await client.ask(ReserveBudgetDocument, { input });
      return [heldOf(input, data.reserveBudget, tries)];
    });
    return told?.id ?? '';
  }

  async #extend(reservationId: string, amount: string): Promise<void> {
    const input = { idempotencyKey: this.#key('extend'), reservationId, amount };
    const userId = this.holds.get(reservationId)?.userId ?? '';
    await this.#do(async (client) => {
      const { data, tries } = await client.ask(ExtendReservationDocument, { input });
      const held = heldOf({ ...input, userId }, data.extendReservation, tries);
      return [held.effect === 'HELD' ? { ...held, effect: 'EXTENDED' } : held];
    });
  }

  async #settle(reservationId: string): Promise<void> {
    const userId = this.holds.get(reservationId)?.userId ?? '';
    await this.#record({ ...this.#call(), userId, reservationId });
    this.#end(reservationId, 'SETTLED');
  }

  async #record(input: Record): Promise<void> {
    await this.#do(async (client) => {
      const { data, tries } = await client.ask(SettleDocument, { input });
      const { settled } = data.recordUsage;
      if (input.reservationId != null && settled !== true) throw new Error(`${input.idempotencyKey} settled nothing.`);
      return [recordedOf(input, data.recordUsage, tries)];
    });
  }

  async #deduct(input: DeductFromBudgetInput & { userId: string }): Promise<void> {
    await this.#do(async (client) => {
      const { data, tries } = await client.ask(DeductFromBudgetDocument, { input });
      return [recordedOf(input, data.deductFromBudget, tries)];
    });
  }

  #end(id: string, state: Hold['state']): void {
    const hold = this.holds.get(id);
    if (!hold) throw new Error(`Nobody was told of ${id}.`);
    hold.state = state;
  }

  #key(name: string): string {
    return `${name}-${(this.#keys += 1)}`;
  }

  /** Some users are first met here; all of them are of one team. */
  #who(name: string): { idempotencyKey: string; userId: string; teamId: string } {
    return { idempotencyKey: this.#key(name), userId: `user-${this.#upTo(USERS)}`, teamId: 'team' };
  }

  #call(): Record {
    return { ...this.#who('call'), model: 'gpt-4o', promptTokens: this.#upTo(10_000), completionTokens: 10 };
  }

  #tokens() {
    return { model: 'gpt-4o', promptTokens: this.#upTo(10_000), maxCompletionTokens: this.#upTo(1_000) };
  }

  /** From 0.0001 to 0.01: what a call costs is sometimes more. */
  #usd(): string {
    return `0.${String(1 + this.#upTo(100)).padStart(4, '0')}`;
  }

  #upTo(count: number): number {
    return Math.floor(this.random() * count);
  }
}

/** Of `gpt-4o`: 2.50 USD per million prompt tokens, 10 USD per million completion tokens. */
const PROMPT_PICO_USD = 2_500_000n;
const COMPLETION_PICO_USD = 10_000_000n;

type Asked = Pick<Reserve, 'idempotencyKey' | 'userId' | 'amount' | 'promptTokens' | 'maxCompletionTokens'>;

function heldOf(asked: Asked, { decision, reservation, replayed }: HoldPayload, tries: number): Told {
  const common = { key: asked.idempotencyKey, userId: asked.userId, overran: false, replayed, tries };
  if (decision.outcome === 'DENIED') return { ...common, effect: 'DENIED', id: '', picoUsd: 0n };
  // A replay does not say what was asked then.
  const picoUsd = decision.asked == null ? costOf(asked) : usd(decision.asked);
  return { ...common, effect: 'HELD', id: reservation?.id ?? '', picoUsd };
}

function costOf({ amount, promptTokens, maxCompletionTokens }: Asked): bigint {
  if (amount != null) return usd(amount);
  return BigInt(Number(promptTokens)) * PROMPT_PICO_USD + BigInt(Number(maxCompletionTokens)) * COMPLETION_PICO_USD;
}

function recordedOf(
  { idempotencyKey: key, userId }: { idempotencyKey: string; userId: string },
  { usageRecord, replayed, overran = false }: RecordPayload,
  tries: number,
): Told {
  const common = { key, userId, overran, replayed, tries };
  if (!usageRecord) return { ...common, effect: 'DENIED', id: '', picoUsd: 0n };
  return { ...common, effect: 'RECORDED', id: usageRecord.id, picoUsd: usd(usageRecord.charge ?? '') };
}

function usd(text: string): bigint {
  const picoUsd = parseUsd(text);
  if (picoUsd === undefined) throw new Error(`"${text}" is no amount.`);
  return picoUsd;
}
