/**
 * The books against the processor that collects: payments, refunds and disputes, in both directions. What these books say and
 * the processor lacks, what it has and they lack, and where the two say otherwise of one. Nothing is mended.
 *
 * Both go on meanwhile. What differs is looked at again at the end, on both sides; what somebody is at work on, or began a
 * moment ago, is no difference yet.
 */
import { setTimeout } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { CollectingProcessor } from '../billing/payment/processor.js';
import { formatUsd } from '../money.js';
import { KINDS, listed, readOne, type AtProcessor } from './at-processor.js';
import type { Difference, Found } from './difference.js';
import {
  isPaymentAwaited,
  isRefundAwaited,
  isToldOf,
  readNow,
  rowsByRef,
  rowsSince,
  type BookRow,
  type ProcessorKind,
} from './processor-books.sql.js';
import { readOrganizations } from './snapshot.sql.js';
import { nameOf } from './verify.js';

const BATCH_SIZE = 100;
/** Whoever began it is still at it. */
const YOUNG_MS = 120_000;
/** Until what differs is looked at again. */
const LOOK_AGAIN_MS = 2_000;
const DAY_MS = 86_400_000;

export interface Compared {
  readonly counts: Record<ProcessorKind, number>;
  /** What differs, and is in somebody's hands. */
  underWay: number;
  differences: number;
}

interface Pair {
  readonly kind: ProcessorKind;
  readonly ref: string;
  readonly there: AtProcessor | undefined;
  readonly here: BookRow | undefined;
}

/** @throws ProcessorError where the processor does not answer */
export async function compareProcessor(
  client: ClientBase,
  processor: CollectingProcessor,
  days: number,
  tell: (difference: Difference) => void,
): Promise<Compared> {
  const comparing = new Comparing(client, processor, await readNow(client));
  await comparing.open();
  return comparing.compare(days, tell);
}

class Comparing {
  readonly #names = new Map<string, string>();
  /** Payments of these organizations at the processor, whether these books have them or not. */
  readonly #owners = new Map<string, string>();

  constructor(
    private readonly client: ClientBase,
    private readonly processor: CollectingProcessor,
    private readonly now: Date,
  ) {}

  async open(): Promise<void> {
    for (const organization of await readOrganizations(this.client)) {
      this.#names.set(organization.id, nameOf(organization));
    }
  }

  async compare(days: number, tell: (difference: Difference) => void): Promise<Compared> {
    const compared: Compared = { counts: { payment: 0, refund: 0, dispute: 0 }, underWay: 0, differences: 0 };
    const since = new Date(this.now.getTime() - days * DAY_MS);
    const suspected: Pair[] = [];
    for (const kind of KINDS) {
      for await (const pair of this.#pairs(kind, since)) {
        if (this.#ownerOf(pair) !== undefined) compared.counts[kind] += 1;
        if (this.#differences(pair).length > 0) suspected.push(pair);
      }
    }
    if (suspected.length > 0) await setTimeout(LOOK_AGAIN_MS);
    for (const { kind, ref } of suspected) {
      const pair = await this.#again(kind, ref);
      const found = this.#differences(pair);
      if (found.length === 0) continue;
      if (await this.#isUnderWay(pair)) {
        compared.underWay += 1;
        continue;
      }
      compared.differences += found.length;
      const owner = this.#ownerOf(pair) ?? '';
      for (const each of found) tell({ ...each, organization: this.#names.get(owner) ?? owner });
    }
    return compared;
  }

  async *#pairs(kind: ProcessorKind, since: Date): AsyncGenerator<Pair> {
    const seen = new Set<string>();
    for await (const batch of batchesOf(listed(this.processor, kind, since))) {
      const rows = await this.#rows(
        kind,
        batch.map(({ ref }) => ref),
      );
      if (kind !== 'payment') await this.#learnOwners(batch);
      for (const there of batch) {
        seen.add(there.ref);
        if (there.ofPayment) this.#owners.set(there.ref, there.ofPayment.organizationId);
        yield { kind, ref: there.ref, there, here: rows.get(there.ref) };
      }
    }
    for (const here of await rowsSince(this.client, kind, this.processor.name, [...this.#names.keys()], since)) {
      if (seen.has(here.ref)) continue;
      yield { kind, ref: here.ref, there: await readOne(this.processor, kind, here.ref), here };
    }
  }

  async #again(kind: ProcessorKind, ref: string): Promise<Pair> {
    const there = await readOne(this.processor, kind, ref);
    return { kind, ref, there, here: (await this.#rows(kind, [ref])).get(ref) };
  }

  async #rows(kind: ProcessorKind, refs: readonly string[]): Promise<Map<string, BookRow>> {
    const rows = await rowsByRef(this.client, kind, this.processor.name, [...this.#names.keys()], refs);
    return new Map(rows.map((row) => [row.ref, row]));
  }

  /** A refund or dispute that somebody else made names no organization: the payment does. */
  async #learnOwners(batch: readonly AtProcessor[]): Promise<void> {
    const unknown = batch.map(({ paymentRef }) => paymentRef).filter((ref) => !this.#owners.has(ref));
    for (const { ref, organizationId } of (await this.#rows('payment', unknown)).values()) {
      this.#owners.set(ref, organizationId);
    }
  }

  /** undefined: it is of nobody here. Several installations may share an account of the processor. */
  #ownerOf({ there, here }: Pair): string | undefined {
    if (here) return here.organizationId;
    const said = there?.ofPayment?.organizationId ?? there?.ofNote?.organizationId;
    const owner = said ?? (there && this.#owners.get(there.paymentRef));
    return owner !== undefined && this.#names.has(owner) ? owner : undefined;
  }

  #differences(pair: Pair): Found[] {
    const { kind, ref, there, here } = pair;
    if (this.#ownerOf(pair) === undefined || (!here && !isMissed(there))) return [];
    const place = `${kind} ${ref}${here ? ` of ${here.of}` : ''}`;
    const differs = (what: string, stored: string | null, recomputed: string | null): Found[] =>
      stored === recomputed
        ? []
        : [{ subject: ref, what, place, stored, recomputed, isMoney: false, source: this.processor.name }];
    if (!here || !there) return differs('state', here ? saidHere(here) : null, there ? saidThere(there) : null);
    return [
      ...differs('status', meantBy(here.status), meantBy(there.status)),
      ...differs('amount', amountHere(here), amountThere(there)),
    ];
  }

  async #isUnderWay({ kind, ref, there, here }: Pair): Promise<boolean> {
    if (here) return here.isUnderWay;
    if (!there) return false;
    if (this.now.getTime() - there.createdAt.getTime() < YOUNG_MS) return true;
    if (await isToldOf(this.client, this.processor.name, ref)) return true;
    if (kind === 'payment' && there.ofPayment) return isPaymentAwaited(this.client, there.ofPayment);
    if (kind !== 'refund' || !there.ofNote) return false;
    return isRefundAwaited(this.client, there.ofNote, there.paymentRef);
  }
}

/** What brought and took no money has left nothing to be missed, but for a refund of these books: it became credit. */
function isMissed(there: AtProcessor | undefined): boolean {
  if (there?.status === 'CANCELED') return false;
  return there?.status !== 'FAILED' || there.ofNote !== undefined;
}

/** No money came in, whoever ended it. */
const meantBy = (status: string) => (status === 'CANCELED' ? 'FAILED' : status);

const amountHere = ({ amount, currency }: BookRow) => `${formatUsd(BigInt(amount))} ${currency}`;
const amountThere = ({ amountPico, currency }: AtProcessor) =>
  amountPico === undefined
    ? `an amount of ${currency} that no invoice can have`
    : `${formatUsd(amountPico)} ${currency}`;
const saidHere = (row: BookRow) => `${amountHere(row)}, ${row.status}`;
const saidThere = (one: AtProcessor) => `${amountThere(one)}, ${one.status}`;

async function* batchesOf<T>(all: AsyncIterable<T>): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const one of all) {
    batch.push(one);
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
