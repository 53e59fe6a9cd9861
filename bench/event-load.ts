/** The load generator for a processor's events: each is new, and signed as Stripe does it. */
import { createHmac } from 'node:crypto';
import { HttpConnection } from './http-connection.js';
import { newKey } from './new-key.js';
import { answerSlots, type Worker } from './run-slot.js';
import type { EventSlot, Slot } from './slot.js';

function eventRequest({ url, secret }: EventSlot): string {
  const created = Math.floor(Date.now() / 1000);
  const id = newKey();
  const body = JSON.stringify({
    ...{ id: `evt_${id}`, object: 'event', api_version: '2026-01-01.bench', created, livemode: false },
    ...{ type: 'payment_intent.succeeded', pending_webhooks: 1, request: { id: null, idempotency_key: null } },
    // About as large as a real one.
    data: { object: { id: `pi_${id}`, object: 'payment_intent', filler: 'x'.repeat(2_000) } },
  });
  const signature = createHmac('sha256', secret).update(`${created}.${body}`).digest('hex');
  return (
    `POST /webhooks/stripe HTTP/1.1\r\nhost: ${new URL(url).host}\r\ncontent-type: application/json\r\n` +
    `stripe-signature: t=${created},v1=${signature}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  );
}

function workerOf(slot: Slot): Worker {
  if (slot.kind !== 'event' && slot.kind !== 'health') throw new Error(`${slot.kind} is the work of another process.`);
  const connection = new HttpConnection(new URL(slot.url), '');
  const ask = `GET /health/live HTTP/1.1\r\nhost: ${new URL(slot.url).host}\r\n\r\n`;
  const [request, right] =
    slot.kind === 'event' ? [() => eventRequest(slot), '"received":true'] : [() => ask, '"status":"ok"'];
  return {
    open: () => connection.open(),
    work: async () => {
      const answer = await connection.send(request());
      if (!answer.includes(right)) throw new Error(`Not taken: ${answer}`);
      return 1;
    },
    close: async () => connection.close(),
  };
}

answerSlots(workerOf);
