/** Who changes a subscription while an invoice is being made of it, or of one above: calls do not wait for that. */
import { Client } from 'pg';
import { newName, newTenant, type Tenant } from '../support/billing-world.js';
import {
  CancelSubscriptionDocument,
  ChangeSubscriptionDocument,
  SubscribeDocument,
} from '../support/generated/operations.js';
import { setClock } from '../support/clock.js';
import { withClient } from '../support/server-process.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let tenant: Tenant;
let maker: Client;
let gate: Client;
let subscriptionId: string;
let plan: string;
beforeAll(async () => {
  world = await startWorld();
  [maker, gate] = [
    new Client({ connectionString: world.database.url }),
    new Client({ connectionString: world.database.url }),
  ];
  await Promise.all([maker.connect(), gate.connect()]);
});
beforeEach(async () => {
  tenant = await newTenant(world);
  plan = await tenant.plan({ baseFee: '1' });
  // Of the organization, which pays for all others.
  subscriptionId = await tenant.subscribe({}, { userId: undefined });
  await tenant.record({ userId: 'bob', promptTokens: 1000 });
});
afterEach(() => setClock(world, undefined));
afterAll(async () => {
  await Promise.all([maker.end(), gate.end()]);
  await world.close();
});

type Change = () => Promise<{ readonly errors?: readonly { readonly extensions?: Record<string, unknown> }[] }>;

const changes: [string, Change][] = [
  ['subscribe', () => world.send(SubscribeDocument, { input: { userId: 'bob', plan } }, tenant.key)],
  [
    'changeSubscription',
    () => world.send(ChangeSubscriptionDocument, { input: { subscriptionId, plan, when: 'NOW' } as never }, tenant.key),
  ],
  [
    'cancelSubscription',
    () => world.send(CancelSubscriptionDocument, { input: { subscriptionId, when: 'NOW' } as never }, tenant.key),
  ],
];

/** As a batch does while it makes an invoice. */
async function beginInvoice(): Promise<void> {
  await maker.query('BEGIN');
  await maker.query('SELECT FROM subscription FOR UPDATE');
}

/** How many wait for a lock. */
const waiting = () =>
  withClient(world.database.url, async (looking) => {
    const { rows } = await looking.query<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.count ?? 0;
  });

// Seen to fail: with the gate taken first.
test.each(changes)('%s waits for the invoice, and no call waits with it', async (_what, change) => {
  await beginInvoice();
  const changed = change();
  await until(async () => (await waiting()) > 0);
  await tenant.record({ userId: 'bob', promptTokens: 1000, idempotencyKey: newName('meanwhile') });
  await maker.query('COMMIT');
  expect((await changed).errors).toBeUndefined();
});

// Seen to fail: with an invoice that is waited for at the gate.
test.each(changes)(
  '%s is refused where one is begun when it has the gate, and can be sent again',
  async (_what, change) => {
    await gate.query('BEGIN');
    await gate.query('SELECT FROM organization_gate FOR UPDATE');
    const changed = change();
    await until(async () => (await waiting()) > 0);
    await beginInvoice();
    await gate.query('COMMIT');
    await tenant.record({ userId: 'bob', promptTokens: 1000, idempotencyKey: newName('meanwhile') });
    expect((await changed).errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    await maker.query('COMMIT');
    expect((await change()).errors).toBeUndefined();
  },
);
