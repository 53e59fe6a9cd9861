/** Events that never arrived, that cannot be worked off, and that are no longer needed. */
import { type CollectingWorld } from '../support/collecting-world.js';
import {
  CreateApiKeyDocument,
  RetryWebhookEventDocument,
  WebhookEventsDocument,
} from '../support/generated/operations.js';
import { anEvent, letterOf } from '../support/stripe/webhook-sender.js';
import { until } from '../support/until.js';
import { newEventId, READ, retold, WebhookWorld } from '../support/webhook-world.js';
import { testSealer } from '../support/test-sealer.js';

let hooks: WebhookWorld;
let collecting: CollectingWorld;
beforeAll(async () => {
  hooks = await WebhookWorld.start();
  ({ collecting } = hooks);
});
beforeEach(() => hooks.begin());
afterEach(async () => {
  await hooks.clear();
  await collecting.setTime(undefined);
});
afterAll(() => hooks.close());

describe('F16: events that never arrived', () => {
  const catchingUp = () => hooks.another({ COLLECT_INTERVAL: '0', WEBHOOK_CATCH_UP_INTERVAL: '200ms' });
  const LIST = { method: 'GET', path: /^\/v1\/events$/ };
  const lists = () => collecting.stripe.requests.filter(({ path }) => path === '/v1/events');
  /** Once the events were listed whole, by who began later than now. */
  async function listedAnew(): Promise<void> {
    const seen = lists().filter(({ status }) => status === 200).length;
    await until(() => lists().filter(({ status }) => status === 200).length > seen + 1);
  }

  // Seen to fail: with the mark moved after a list that failed; with a list from the mark on, without its overlap.
  test('are found after days, also where the first list failed; late ones are found by the next', async () => {
    // As if it were installed now.
    await hooks.client.query('DELETE FROM webhook_mark');
    await (await catchingUp()).close();
    const { invoice, intentId } = await hooks.debited();
    collecting.stripe.finish(intentId, 'succeeded');
    const { id } = hooks.lastEventOf(intentId);
    await collecting.setTime('2026-06-06T12:00:00Z');
    collecting.stripe.fail({ ...LIST, status: 503, times: 3 });
    await catchingUp();
    await until(async () => (await hooks.event(id)) !== undefined);
    expect(lists().filter(({ status }) => status === 503).length).toBeGreaterThanOrEqual(3);
    expect((await hooks.worked(id))?.status).toBe('PROCESSED');
    expect(await collecting.invoice(invoice.id)).toMatchObject({ status: 'PAID' });
    await listedAnew();
    const half = { created: Math.floor(Date.parse('2026-06-06T11:30:00Z') / 1000) };
    const late = { ...retold(hooks.lastEventOf(intentId), 'payment_intent.succeeded'), ...half };
    collecting.stripe.state.events.push(late);
    await until(async () => (await hooks.event(late.id)) !== undefined);
  });

  test('from the day of the installation, not from before; kinds that change nothing are not kept', async () => {
    const { intentId } = await hooks.debited();
    const before = hooks.lastEventOf(intentId).id;
    await collecting.setTime('2026-06-03T12:00:00Z');
    await hooks.client.query('DELETE FROM webhook_mark');
    collecting.stripe.finish(intentId, 'succeeded');
    const after = hooks.lastEventOf(intentId);
    const nothing = { ...retold(after, 'charge.succeeded') };
    collecting.stripe.state.events.push(nothing);
    await catchingUp();
    await until(async () => (await hooks.event(after.id)) !== undefined);
    expect(await hooks.event(before)).toBeUndefined();
    expect(await hooks.event(nothing.id)).toBeUndefined();
  });
});

describe('what cannot be worked off', () => {
  const [PARKED, WAITING] = [{ status: 'PARKED' }, { status: 'RECEIVED' }];

  // F9. Seen to fail: with what is not there taken for worked off.
  test('is parked where it is about nothing that these books have, and changes nothing', async () => {
    const about = (object: object) =>
      hooks.deliver({ ...hooks.lastEventOf(intentId), id: newEventId(), data: { object } } as never);
    const { intentId } = await hooks.debited();
    const ids = [await about({ id: 'pi_nobodys', object: 'payment_intent' })];
    const intent = collecting.stripe.state.paymentIntents.get(intentId);
    const foreign = { ...structuredClone(intent), id: 'pi_foreign', metadata: { of: 'another system' } };
    collecting.stripe.state.paymentIntents.set(foreign.id, foreign as never);
    ids.push(await about(foreign));
    for (const id of ids)
      expect(await hooks.worked(id)).toMatchObject({ ...PARKED, note: 'Not of these books.', tries: 1 });
  });

  // Seen to fail: without the wait, and with a failure taken for an end.
  test('for want of an answer is tried again, later each time, and parked after 20 tries; an operator has it tried again', async () => {
    const { invoice, intentId } = await hooks.debited();
    collecting.stripe.finish(intentId, 'succeeded');
    collecting.stripe.fail({ ...READ, status: 503 });
    const id = await hooks.deliver(hooks.lastEventOf(intentId));
    expect(await hooks.worked(id)).toMatchObject({ ...WAITING, tries: 1, note: expect.stringMatching(/UNAVAILABLE/) });
    const waits = async () => {
      const { rows } = await hooks.client.query<{ wait: number }>(
        'SELECT extract(epoch FROM look_at - tollgate_now())::float8 AS wait FROM webhook_event WHERE id = $1',
        [id],
      );
      return rows[0]?.wait ?? 0;
    };
    expect(await waits()).toBeGreaterThan(25);
    expect(await waits()).toBeLessThanOrEqual(30);
    for (const [tried, least, most] of [
      [7, 3590, 3600],
      [19, 0, 0],
    ] as const) {
      collecting.stripe.fail({ ...READ, status: 503 });
      await hooks.client.query('UPDATE webhook_event SET tries = $2, look_at = tollgate_now() WHERE id = $1', [
        id,
        tried,
      ]);
      await until(async () => (await hooks.event(id))?.tries === tried + 1);
      expect(await waits()).toBeGreaterThanOrEqual(least);
      expect(await waits()).toBeLessThanOrEqual(most);
    }
    expect(await hooks.event(id)).toMatchObject({
      ...PARKED,
      tries: 20,
      note: expect.stringMatching(/Given up after 20/),
    });
    const { retryWebhookEvent } = await collecting.world.ask(RetryWebhookEventDocument, { input: { eventId: id } });
    expect(retryWebhookEvent).toMatchObject({ ...WAITING, note: null, tries: 0 });
    await collecting.seen(invoice.id, ({ status }) => status === 'PAID');
    expect((await hooks.worked(id))?.status).toBe('PROCESSED');
  });

  test('because it was refused is parked at once', async () => {
    const { intentId } = await hooks.debited();
    collecting.stripe.fail({ ...READ, status: 400, code: 'parameter_unknown' });
    const id = await hooks.deliver(hooks.lastEventOf(intentId));
    expect(await hooks.worked(id)).toMatchObject({ ...PARKED, tries: 1, note: expect.stringMatching(/REFUSED/) });
  });
});

describe('the list', () => {
  // Seen to fail: with the oldest first; with the place by the instant alone; with the permission of an ADMIN.
  test('is the operators’, newest first, page by page', async () => {
    const { world } = collecting;
    const ids = [];
    for (let n = 0; n < 5; n += 1) {
      const event = anEvent({ id: newEventId(), type: 'climate.order.created' });
      ids.push(event.id);
      await hooks.sender.post(letterOf(event, collecting.stripe.secrets, collecting.behindMs));
    }
    await hooks.client.query(
      `UPDATE webhook_event SET received_at = timestamptz '2100-01-01' + ($1::text[] @> ARRAY[id])::int * interval '1 us'
       WHERE id = ANY ($2)`,
      [ids.slice(0, 2), ids],
    );
    const seen: string[] = [];
    let after: string | null | undefined;
    for (let page = 0; page < 3; page += 1) {
      const { edges, pageInfo } = (await world.ask(WebhookEventsDocument, { first: 2, after })).webhookEvents;
      seen.push(...edges.map(({ node }) => node.eventId));
      expect(pageInfo).toMatchObject({ hasNextPage: page < 2, hasPreviousPage: page > 0 });
      after = pageInfo.endCursor;
    }
    const newest = (some: string[]) => some.toSorted().reverse();
    expect(seen).toEqual([...newest(ids.slice(0, 2)), ...newest(ids.slice(2))]);
    for (const wrong of ['x', Buffer.from('webhookevent:stripe:evt_none').toString('base64url')])
      expect(await world.codeOf(WebhookEventsDocument, { after: wrong })).toBe('BAD_USER_INPUT');
    const input = { eventId: ids[0]! };
    const ignored = (await world.ask(RetryWebhookEventDocument, { input })).retryWebhookEvent;
    expect(ignored.status).toBe('IGNORED');
    expect(await world.codeOf(RetryWebhookEventDocument, { input: { eventId: 'evt_none' } })).toBe('NOT_FOUND');
    const { createApiKey } = await world.ask(
      CreateApiKeyDocument,
      { input: { name: 'finance', roles: ['FINANCE'] } },
      collecting.tenant.key,
    );
    for (const key of [collecting.tenant.key, createApiKey.value]) {
      expect(await world.codeOf(WebhookEventsDocument, {}, key)).toBe('FORBIDDEN');
      expect(await world.codeOf(RetryWebhookEventDocument, { input }, key)).toBe('FORBIDDEN');
    }
  });

  // F5. Seen to fail: with 20 days; with the parked ones too.
  test('forgets what was worked off after 35 days, which is longer than it could come again', async () => {
    const ids = ['PROCESSED', 'IGNORED', 'PARKED', 'RECEIVED'].flatMap((status) =>
      [34, 36].map((days) => ({ id: newEventId(), status, days })),
    );
    const sealer = await testSealer(hooks.client);
    for (const { id, status, days } of ids) {
      await hooks.client.query(
        `INSERT INTO webhook_event (processor, id, kind, object_ref, status, tries, created_at, received_at)
         SELECT 'stripe', $1, 'payment_intent.succeeded', $4, $2, 0, at, at
         FROM (SELECT tollgate_now() - $3 * interval '1 day' AS at)`,
        [id, status, days, sealer.sealRef('webhook_event.object_ref', 'pi_1')],
      );
    }
    await hooks.another({ COLLECT_INTERVAL: '1h' });
    const left = async () => {
      const { rows } = await hooks.client.query<{ id: string }>('SELECT id FROM webhook_event WHERE id = ANY ($1)', [
        ids.map(({ id }) => id),
      ]);
      return rows.map(({ id }) => id).sort();
    };
    await until(async () => (await left()).length <= 6);
    const kept = ids.filter(({ status, days }) => days < 35 || status === 'PARKED' || status === 'RECEIVED');
    expect(await left()).toEqual(kept.map(({ id }) => id).sort());
  });
});
