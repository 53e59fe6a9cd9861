/** Many callers at two servers at once. Nobody knows what each will be told; all that was told must add up. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import fc from 'fast-check';
import {
  ExtendReservationDocument,
  ReleaseReservationDocument,
  ReservationByIdDocument,
  ReserveBudgetDocument,
  SettleDocument,
  type ReserveBudgetInput,
} from './generated/operations.js';
import { CENT, type Books, type Path } from './protocol-model.js';
import { post } from './world.js';

/** One call, from its reservation to its end. */
export interface CrowdCall {
  readonly user: 'ada' | 'bob';
  readonly isRun: boolean;
  readonly cents: number;
  readonly extra: number;
  readonly charge: number;
  readonly end: 'SETTLE' | 'SETTLE_TWICE' | 'RELEASE' | 'SETTLE_AND_RELEASE' | 'REPLAY' | 'NOTHING';
}

export const lanes: fc.Arbitrary<CrowdCall[][]> = fc.array(
  fc.array(
    fc.record<CrowdCall>({
      user: fc.constantFrom('ada', 'ada', 'bob'),
      isRun: fc.boolean(),
      cents: fc.integer({ min: 1, max: 9 }),
      extra: fc.constantFrom(0, 0, 1, 5),
      charge: fc.integer({ min: 0, max: 9 }),
      end: fc.constantFrom('SETTLE', 'SETTLE', 'SETTLE_TWICE', 'RELEASE', 'SETTLE_AND_RELEASE', 'REPLAY', 'NOTHING'),
    }),
    { minLength: 12, maxLength: 12 },
  ),
  { minLength: 10, maxLength: 10 },
);

const text = (cents: number) => (cents / 100).toFixed(2);
export const TEAM_OF: ReadonlyMap<string, string | null> = new Map([
  ['ada', 'red'],
  ['bob', null],
]);

export class ProtocolCrowd {
  readonly #granted = new Map<string, Path>();
  /** By id, so that a replay adds none. */
  readonly #charged = new Map<string, { path: Path; charge: bigint; at: number }>();
  readonly #unexpected: string[] = [];
  #keys = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly key: string,
  ) {}

  /** What was answered and must not be; empty when all is well. */
  get unexpected(): readonly string[] {
    return this.#unexpected;
  }

  async play(lane: readonly CrowdCall[], number: number): Promise<void> {
    for (const [n, call] of lane.entries()) await this.#call(call, number + n);
  }

  /** Fills books with what was answered, as it stands now. */
  async enter(books: Books): Promise<void> {
    for (const [id, path] of this.#granted) {
      const { node } = (await this.#ask(0, ReservationByIdDocument, { id })) ?? {};
      if (!node || !('state' in node)) throw new Error('A reservation that was granted is not there.');
      const [state, at] = [node.state, Date.parse(node.createdAt)];
      const amount = BigInt(Math.round(Number(node.amount) * 100)) * CENT;
      books.reservations.push({ path, model: null, at, amount, expires: Infinity, state, record: null });
    }
    for (const record of this.#charged.values()) books.records.push({ ...record, model: 'gpt-4o', reservation: null });
  }

  async #call(call: CrowdCall, n: number): Promise<void> {
    const { user, isRun, cents, extra, charge, end } = call;
    const input: ReserveBudgetInput = { idempotencyKey: this.#newKey(), userId: user, amount: text(cents) };
    if (isRun) input.runId = 'r1';
    const sent = [this.#reserve(n, input, isRun)];
    if (end === 'REPLAY') sent.push(this.#reserve(n + 1, input, isRun));
    const [id, again] = await Promise.all(sent);
    // A denial keeps no key: of two that are sent at once the second may find room.
    if (id !== undefined && again !== undefined && id !== again) this.#unexpected.push('one key holds twice');
    const reservationId = id ?? again;
    if (reservationId === undefined) return;
    if (extra > 0) {
      const more = { idempotencyKey: this.#newKey(), reservationId, amount: text(extra) };
      await this.#ask(n + 1, ExtendReservationDocument, { input: more });
    }
    const ends: Promise<unknown>[] = [];
    const settle = (server: number) => this.#settle(server, reservationId, Math.min(charge, cents));
    const release = () => this.#ask(n + 1, ReleaseReservationDocument, { input: { reservationId } });
    if (end.startsWith('SETTLE') || end === 'REPLAY') ends.push(settle(n));
    if (end === 'SETTLE_TWICE') ends.push(settle(n + 1));
    if (end.endsWith('RELEASE')) ends.push(release());
    await Promise.all(ends);
  }

  async #reserve(n: number, input: ReserveBudgetInput, isRun: boolean): Promise<string | undefined> {
    const id = (await this.#ask(n, ReserveBudgetDocument, { input }))?.reserveBudget.reservation?.id;
    const user = input.userId ?? '';
    const path = { run: isRun ? 'r1' : null, user, team: TEAM_OF.get(user) ?? null };
    if (id !== undefined) this.#granted.set(id, path);
    return id;
  }

  async #settle(n: number, reservationId: string, cents: number): Promise<void> {
    const input = { idempotencyKey: this.#newKey(), model: 'gpt-4o', promptTokens: cents * 4_000, reservationId };
    const record = (await this.#ask(n, SettleDocument, { input }))?.recordUsage.usageRecord;
    const path = this.#granted.get(reservationId);
    if (!record || !path) return;
    const at = Date.parse(record.budgetAt);
    this.#charged.set(record.id, { path, charge: BigInt(cents) * CENT, at });
  }

  async #ask<T, V>(n: number, document: TypedDocumentNode<T, V>, variables: V): Promise<T | undefined> {
    const url = this.urls[n % this.urls.length] ?? '';
    const { data, errors } = await post<T>(url, { query: print(document), variables }, this.key);
    const code = errors?.[0]?.extensions['code'];
    // Who comes second is told so.
    if (errors && code !== 'RESERVATION_NOT_HELD') this.#unexpected.push(`${String(code)}: ${errors[0]?.message}`);
    return data ?? undefined;
  }

  #newKey(): string {
    return `crowd ${(this.#keys += 1)}`;
  }
}
