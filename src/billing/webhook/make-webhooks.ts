/** The events of a processor put together: its door, the work on what came, and the search for what did not. */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import type { ErrorReporter } from '../../errors.js';
import type { Route } from '../../door/http.js';
import type { CollectingProcessor } from '../payment/processor.js';
import { EventCatchUp } from './event-catch-up.js';
import type { Mirrors } from './event-mirror.js';
import { ForgedCount } from './forged-count.js';
import { webhookDoor } from './webhook-door.js';
import { WebhookEventService } from './webhook-event.service.js';
import { WebhookJob } from './webhook-job.js';

interface WebhookGround {
  /** undefined: none is switched on. */
  readonly collecting: { readonly processor: CollectingProcessor; readonly mirrors: Mirrors } | undefined;
  readonly writer: Pool;
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: ErrorReporter;
  readonly isOn: boolean;
  readonly settings: WebhookSettings;
}

interface WebhookSettings {
  /** Without secrets no event can be told from a forged one, and the door stays shut. */
  readonly stripe: { readonly webhookSecrets: readonly string[] } | undefined;
  /** How often kept events are looked for; 0: never, by this server. */
  readonly collectIntervalMs: number;
  /** How often events are listed; 0: never. */
  readonly webhookCatchUpIntervalMs: number;
}

export interface Webhooks {
  readonly events: WebhookEventService;
  /** Answers nothing where it is shut. */
  readonly door: Route;
  start(): Promise<void>;
  close(): Promise<void>;
  /** After the last request. */
  closeDoor(): Promise<void>;
}

export function makeWebhooks(ground: WebhookGround): Webhooks {
  const { collecting, writer, isOn, log } = ground;
  const { stripe, collectIntervalMs, webhookCatchUpIntervalMs } = ground.settings;
  if (!collecting || !isOn) {
    const nothing = () => Promise.resolve();
    const events = new WebhookEventService(writer, undefined, isOn);
    return { events, door: () => false, start: nothing, close: nothing, closeDoor: nothing };
  }
  const { processor } = collecting;
  const job = new WebhookJob({ ...ground, ...collecting, intervalMs: collectIntervalMs });
  const wake = () => job.wake();
  const forged = new ForgedCount(writer, processor.name, log);
  const catchUp = new EventCatchUp({ processor, writer, log, wake, intervalMs: webhookCatchUpIntervalMs });
  return {
    events: new WebhookEventService(writer, wake, isOn),
    door: stripe?.webhookSecrets.length ? webhookDoor({ ...ground, processor, forged, wake }) : () => false,
    start: async () => {
      await catchUp.start();
      job.start();
    },
    close: async () => {
      await Promise.all([catchUp.close(), job.close()]);
    },
    closeDoor: () => forged.close(),
  };
}
