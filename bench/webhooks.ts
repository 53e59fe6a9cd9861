/**
 * How long a processor waits for the answer to an event, which comes after the commit, while the events before are worked
 * off; against the least that the server can answer, in the same run.
 */
import { StripeFake } from '../test/support/stripe/stripe-fake.js';
import { Series, spread, table, type Judgement } from './figures.js';
import type { Part } from './part.js';
import { startProduct } from './product.js';
import type { EventSlot } from './slot.js';
import type { Stage } from './stage.js';

const DATABASE = 'webhooks';
const PACE = { clients: 16, perSecond: 200, users: 0 };
/** What a processor may wait at most, in ms. */
const MOST_MS = 100;

interface WebhookFigures {
  readonly p50Ms: Series;
  readonly p99Ms: Series;
  readonly healthP99Ms: Series;
  /** Events a second, when 16 are sent as soon as the one before is answered. */
  readonly perSecond: Series;
  readonly acknowledged: number;
  readonly kept: number;
}

async function measureWebhooks(
  stage: Stage,
  template: string,
  rounds: number,
  seconds: number,
): Promise<WebhookFigures> {
  await stage.createDatabase(DATABASE, template);
  const stripe = await StripeFake.open();
  const product = await startProduct(stage, DATABASE, {
    STRIPE_SECRET_KEY: stripe.apiKey,
    STRIPE_API_URL: stripe.url,
    STRIPE_WEBHOOK_SECRET: stripe.secrets.join(','),
    WEBHOOK_CATCH_UP_INTERVAL: '0',
  });
  const load = stage.start('event-load.js', {});
  const event = { kind: 'event', url: product.url, secret: stripe.secrets[0] ?? '', seconds } as const;
  const paced: EventSlot = { ...event, ...PACE };
  const figures = { p50Ms: new Series(), p99Ms: new Series(), healthP99Ms: new Series(), perSecond: new Series() };
  let acknowledged = 0;
  await stage.run({ ...paced, seconds: 1 }, load).then(({ requests }) => (acknowledged += requests));
  for (let round = 0; round < rounds; round += 1) {
    figures.healthP99Ms.add((await stage.run({ ...paced, kind: 'health' }, load)).p99Ms);
    const found = await stage.run(paced, load);
    figures.p50Ms.add(found.p50Ms);
    figures.p99Ms.add(found.p99Ms);
    const full = await stage.run({ ...event, clients: PACE.clients, users: 0 }, load);
    figures.perSecond.add(full.requests / full.seconds);
    acknowledged += found.requests + full.requests;
  }
  const kept = await stage.with(DATABASE, async (client) => {
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM webhook_event');
    return Number(rows[0]?.count);
  });
  await product.process.stop();
  await load.stop();
  await stripe.close();
  return { ...figures, acknowledged, kept };
}

function tableOf({ p50Ms, p99Ms, healthP99Ms, perSecond }: WebhookFigures): string {
  return table([
    [`events of a processor, ${PACE.perSecond} a second, median (least-most)`, ''],
    ['p50 of the answer, ms', spread(p50Ms, 1)],
    ['p99 of the answer, ms', spread(p99Ms, 1)],
    ['p99 of /health/live, ms', spread(healthP99Ms, 1)],
    ['the one against the other', `${spread(p99Ms.ratiosTo(healthP99Ms), 1)}x`],
    ['events/s with 16 connections', spread(perSecond)],
  ]);
}

export const benchWebhooks: Part = async (stage, template, { asks, seconds }) => {
  const figures = await measureWebhooks(stage, template, asks, seconds);
  const { p99Ms, acknowledged, kept } = figures;
  const fast: Judgement = {
    says: `p99 of the answer to an event below ${MOST_MS} ms`,
    holds: p99Ms.median < MOST_MS,
  };
  const whole: Judgement = {
    says: `each of ${acknowledged} events that were acknowledged was kept`,
    holds: kept === acknowledged,
  };
  return { report: tableOf(figures), figures, floors: [fast], facts: [whole] };
};
