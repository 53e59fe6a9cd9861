/**
 * Replies of Stripe that are lost, and servers that are killed between their question and the answer: each invoice is
 * charged once.
 */
import { CollectingWorld, stripeSettings } from '../support/collecting-world.js';
import { openFaultProxy, seededRandom, type TurnPlan } from '../support/fault-proxy.js';
import { spawnServer, type ServerProcess } from '../support/servers.js';
import { until } from '../support/until.js';

const PAYMENTS = 20;
const LOST = 0.3;
const KILLS = 3;
/** Looks at all invoices in what is a minute to the servers. */
const LOOKS = 50;
const CREATE = { method: 'POST', path: /^\/v1\/payment_intents$/ };

// Seen to fail: with a random key for each call and without the look at what Stripe has: 27 charges.
test('B8: 20 payments, three of ten replies lost, both servers killed while Stripe holds an answer: 20 charges', async () => {
  const collecting = await CollectingWorld.start({ COLLECT_INTERVAL: '0' });
  const { stripe, world } = collecting;
  const random = seededRandom(5);
  const plan: TurnPlan = ({ direction }) => (direction === 'TO_CLIENT' && random() < LOST ? 0 : undefined);
  const proxy = await openFaultProxy({ host: '127.0.0.1', port: Number(new URL(stripe.url).port) }, () => plan);
  const settings = {
    ...stripeSettings(stripe),
    ...{ STRIPE_API_URL: `http://127.0.0.1:${proxy.port}`, COLLECT_INTERVAL: '200ms', INVOICE_INTERVAL: '0' },
  };
  const start = () => Promise.all([1, 2].map(() => spawnServer(world.database.url, settings)));
  let servers: ServerProcess[] = [];
  try {
    await collecting.newTenant();
    const plan20 = await collecting.tenant.plan({ baseFee: '20' });
    const ids: string[] = [];
    for (let n = 0; n < PAYMENTS; n += 1) {
      const { userId } = await collecting.payer(`payer-${n}`);
      ids.push((await collecting.tenant.issue(await collecting.tenant.subscribe({}, { userId, plan: plan20 }))).id);
    }
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const held = stripe.hold(CREATE);
      servers = await start();
      await held.arrived;
      await Promise.all(servers.map((server) => server.kill()));
      held.release();
      await collecting.setTime(`2026-06-01T12:0${kill * 3}:00Z`);
    }
    servers = await start();
    // Whose answers were lost more often than others' is looked at later.
    let looks = 0;
    await until(async () => {
      if (looks % LOOKS === 0) await collecting.setTime(`2026-06-01T12:${30 + Math.min(looks / LOOKS, 29)}:00Z`);
      looks += 1;
      const invoices = await Promise.all(ids.map((id) => collecting.invoice(id)));
      return invoices.every(({ status }) => status === 'PAID');
    });
    expect(proxy.cuts).toBeGreaterThan(0);
    expect(collecting.charges()).toHaveLength(PAYMENTS);
    const invoices = await Promise.all(ids.map((id) => collecting.invoice(id)));
    expect(invoices.map(({ amountPaid }) => amountPaid)).toEqual(ids.map(() => '20'));
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    await proxy.close();
    await collecting.close();
  }
}, 240_000);
