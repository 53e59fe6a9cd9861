/** Whatever goes wrong, the invoices of one subscription get so many lines in a day and no more. */
import { newTenant } from '../support/billing-world.js';
import { setClock } from '../support/clock.js';
import { CreateInvoiceDocument, InvoicesDocument, VoidInvoiceDocument } from '../support/generated/operations.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ MAX_INVOICE_LINES_PER_DAY: '3' });
});
afterAll(() => world.close());

// Seen to fail: with the lines of invoices that were taken back not counted; with no bound.
test('the line that would be too many is refused, writes nothing, and is made on the next day', async () => {
  const tenant = await newTenant(world);
  const id = await tenant.subscribe({ baseFee: '1' });
  const other = await tenant.subscribe({ baseFee: '1' }, { userId: 'bob' });
  for (let n = 0; n < 3; n += 1) {
    const { id: invoiceId } = await tenant.draft(id);
    await world.ask(VoidInvoiceDocument, { input: { invoiceId } }, tenant.key);
  }
  const { errors } = await world.send(CreateInvoiceDocument, { input: { subscriptionId: id } }, tenant.key);
  const { code, retryAfter, retryable } = errors?.[0]?.extensions ?? {};
  expect([code, retryable]).toEqual(['RATE_LIMITED', true]);
  // Until midnight, from noon and a little.
  expect(Number(retryAfter) > 11 * 3600 && Number(retryAfter) <= 12 * 3600).toBe(true);
  const { invoices } = await world.ask(InvoicesDocument, {}, tenant.key);
  expect(invoices.edges).toHaveLength(3);
  expect((await tenant.draft(other)).lines).toHaveLength(1);
  await setClock(world, '2026-06-02T00:00:01Z');
  expect(await tenant.draft(id)).toMatchObject({ status: 'DRAFT', total: '1' });
});
