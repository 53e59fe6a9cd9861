/** What one query answers is of one instant. */
import { Client } from 'pg';
import { newName, newTenant, type Tenant } from '../support/billing-world.js';
import { setClock } from '../support/clock.js';
import { CollectedInvoiceDocument, PayInvoiceDocument } from '../support/generated/operations.js';
import { until } from '../support/until.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let tenant: Tenant;
beforeAll(async () => {
  world = await startWorld();
  tenant = await newTenant(world);
});
afterAll(async () => {
  await setClock(world, undefined);
  await world.close();
});

// Seen to fail: with the transaction of a query at READ COMMITTED: the invoice was OPEN, beside its payment.
test('an invoice and its payments agree, whoever pays between the two reads', async () => {
  const { id } = await tenant.issue(await tenant.subscribe({ baseFee: '20' }, { userId: newName('payer') }));
  const blocker = new Client({ connectionString: world.database.url });
  await blocker.connect();
  try {
    // The query reads the invoice, and waits for the payments.
    await blocker.query('BEGIN; LOCK TABLE payment_method, payment IN ACCESS EXCLUSIVE MODE');
    const seen = world.ask(CollectedInvoiceDocument, { id }, tenant.key);
    const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await until(async () => ((await blocker.query<{ n: number }>(waiting)).rows[0]?.n ?? 0) > 0);
    await blocker.query(
      `INSERT INTO payment (organization_id, id, invoice_id, processor, status, amount_pico, is_scheduled, created_at, ended_at)
       SELECT organization_id, id, id, 'manual', 'SUCCEEDED', due_pico, false, created_at, created_at
       FROM invoice WHERE number IS NOT NULL`,
    );
    await blocker.query(`UPDATE invoice SET status = 'PAID', paid_pico = due_pico, paid_at = created_at, collect_at = NULL
      WHERE number IS NOT NULL`);
    await blocker.query('COMMIT');
    expect((await seen).invoice).toMatchObject({ status: 'OPEN', amountPaid: '0', payments: [] });
  } finally {
    await blocker.end();
  }
  const again = await world.ask(PayInvoiceDocument, { input: { invoiceId: id } }, tenant.key);
  expect(again.payInvoice).toMatchObject({ status: 'PAID', amountPaid: '20' });
});
