/** What becomes of an event by what it says of itself, before anything is looked at. */
import type { CollectingProcessor, ProcessorEvent } from '../payment/processor.js';
import { WebhookEventStatus } from './webhook-event.js';

export interface EventDraft {
  readonly processor: string;
  readonly id: string;
  readonly kind: string;
  readonly objectRef: string | null;
  readonly status: WebhookEventStatus;
  readonly note: string | null;
  readonly createdAt: Date;
}

/** What is not meant for these books comes first: not even a kind that changes nothing is taken from somebody else. */
export function draftOf(processor: CollectingProcessor, event: ProcessorEvent): EventDraft {
  const { id, kind, objectRef = null, createdAt } = event;
  const draft = { processor: processor.name, id, kind, objectRef, createdAt, note: null };
  const strange = strangeness(processor, event);
  if (strange !== undefined) return { ...draft, status: WebhookEventStatus.PARKED, note: strange };
  if (processor.subjectOf(kind) === undefined) return { ...draft, status: WebhookEventStatus.IGNORED };
  if (objectRef === null) return { ...draft, status: WebhookEventStatus.PARKED, note: 'It names no object.' };
  return { ...draft, status: WebhookEventStatus.RECEIVED };
}

function strangeness({ isLive }: CollectingProcessor, event: ProcessorEvent): string | undefined {
  if (event.accountRef !== undefined) return `Of another account, ${event.accountRef}.`;
  if (event.isLive === isLive) return undefined;
  return event.isLive ? 'Of live mode, and the key is of test mode.' : 'Of test mode, and the key is of live mode.';
}
