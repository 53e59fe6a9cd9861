/** Sends to the door for events what a processor sends, and what it never would. */
import { createHmac } from 'node:crypto';
import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export interface Letter {
  readonly body: Buffer;
  readonly headers: OutgoingHttpHeaders;
}

interface Way {
  readonly method?: string;
  readonly path?: string;
  /** Of this machine, from which it comes. */
  readonly from?: string;
}

let count = 0;

/** An event as Stripe sends it, of a payment that is nobody's unless it says otherwise. */
export function anEvent(fields: Record<string, unknown> = {}): {
  readonly id: string;
  readonly [name: string]: unknown;
} {
  count += 1;
  return {
    id: `evt_${count}`,
    object: 'event',
    api_version: '2026-01-01.any',
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    pending_webhooks: 1,
    request: null,
    type: 'payment_intent.succeeded',
    data: { object: { id: `pi_${count}`, object: 'payment_intent' } },
    ...fields,
  };
}

/** @param agoMs how long ago it was signed, in ms; below 0: in the future. */
export function letterOf(event: unknown, secrets: readonly string[], agoMs = 0): Letter {
  return sealed(Buffer.from(JSON.stringify(event, null, 2)), secrets, agoMs);
}

/** Any bytes, signed with each of the secrets. */
export function sealed(body: Buffer, secrets: readonly string[], agoMs = 0): Letter {
  const t = Math.floor((Date.now() - agoMs) / 1000);
  const marks = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')}`,
  );
  return { body, headers: { 'stripe-signature': [`t=${t}`, ...marks].join(','), 'content-type': 'application/json' } };
}

export class WebhookSender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(private readonly url: string) {}

  /** As many at a time as there are connections. */
  post({ body, headers }: Letter, { method = 'POST', path = '/webhooks/stripe', from }: Way = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const whole = { 'content-length': Buffer.byteLength(body), ...headers };
      const sent = request(
        `${this.url}${path}`,
        { method, headers: whole, agent: this.#agent, ...(from !== undefined && { localAddress: from }) },
        (response) => {
          text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
