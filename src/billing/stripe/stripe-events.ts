/** Stripe's events: whether Stripe signed one, what it points at, and who wants to know. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { ForgedEvent, type EventSubject, type ProcessorEvent } from '../payment/processor.js';
import { instantOf, secondsOf } from './stripe-objects.js';

/** How far from now an event may have been signed, in either direction. */
const WINDOW_SECONDS = 300;
/** Stripe's header has about 200 bytes, with two secrets about 350. */
const MOST_HEADER = 2048;
/** One of each secret that is in use. */
const MOST_SIGNATURES = 8;

/** Such as `evt_…` or `payment_intent.succeeded`. */
const word = z.string().regex(/^[\x21-\x7e]{1,255}$/);
const event = z.object({
  object: z.literal('event'),
  id: word,
  type: word,
  created: z.int().min(0).max(8_640_000_000_000),
  livemode: z.boolean(),
  account: word.nullish(),
  data: z.object({ object: z.object({ id: word.nullish() }) }),
});

/** @returns undefined where it is no event. */
export function eventOf(value: unknown): ProcessorEvent | undefined {
  const { data: read } = event.safeParse(value);
  return (
    read && {
      id: read.id,
      kind: read.type,
      objectRef: read.data.object.id ?? undefined,
      createdAt: instantOf(read.created),
      isLive: read.livemode,
      accountRef: read.account ?? undefined,
    }
  );
}

/** @throws ForgedEvent */
export function readSignedEvent(
  webhooks: Stripe['webhooks'],
  secrets: readonly string[],
  body: Buffer,
  signature: string | undefined,
  now: Date,
): ProcessorEvent {
  const { timestamp, header } = readHeader(signature);
  // The SDK refuses the old ones only.
  if (timestamp - secondsOf(now) > WINDOW_SECONDS) throw new ForgedEvent('The event is signed in the future.');
  const text = textOf(body);
  for (const secret of secrets) {
    const found = verified(() =>
      webhooks.constructEvent(text, header, secret, WINDOW_SECONDS, undefined, now.getTime()),
    );
    if (found !== undefined) {
      const read = eventOf(found);
      if (!read) throw new ForgedEvent('What is signed is no event.');
      return read;
    }
  }
  throw new ForgedEvent('The event is not signed with a secret of this server within the last minutes, or is no JSON.');
}

/** undefined where this secret did not sign it. What the SDK throws holds the body and the signature: it is not handed on. */
function verified(construct: () => unknown): unknown {
  try {
    return construct();
  } catch {
    return undefined;
  }
}

/** The header with nothing in it but what counts. */
function readHeader(signature: string | undefined): { timestamp: number; header: string } {
  if (signature === undefined) throw new ForgedEvent('The event has no signature.');
  if (signature.length > MOST_HEADER) throw new ForgedEvent('The signature is too long.');
  const parts = signature.split(',').map((part) => part.trim());
  const times = parts.filter((part) => part.startsWith('t='));
  const signatures = parts.filter((part) => part.startsWith('v1='));
  const [time = ''] = times;
  if (times.length !== 1 || !/^t=\d{1,12}$/.test(time)) throw new ForgedEvent('The signature has no time, or several.');
  if (signatures.length > MOST_SIGNATURES) throw new ForgedEvent('The event has too many signatures.');
  const whole = signatures.filter((part) => /^v1=[\da-f]{64}$/.test(part));
  if (whole.length === 0) throw new ForgedEvent('The event has no signature of the scheme v1.');
  return { timestamp: Number(time.slice(2)), header: [time, ...whole].join(',') };
}

/** The SDK would replace what is no UTF-8 and drop a mark of byte order, and check other bytes than came. */
function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new ForgedEvent('The event is no UTF-8.');
  }
}

const SUBJECTS: readonly (readonly [RegExp, EventSubject])[] = [
  [/^payment_intent\./, 'PAYMENT'],
  // Its object is the refund, unlike that of charge.refunded.
  [/^(refund\.|charge\.refund\.updated$)/, 'REFUND'],
  [/^charge\.refunded$/, 'CHARGE'],
  [/^charge\.dispute\./, 'DISPUTE'],
  [/^payment_method\./, 'METHOD'],
  [/^setup_intent\.succeeded$/, 'SETUP'],
  [/^customer\.(updated|deleted)$/, 'CUSTOMER'],
];

export function subjectOfKind(kind: string): EventSubject | undefined {
  return SUBJECTS.find(([pattern]) => pattern.test(kind))?.[1];
}
