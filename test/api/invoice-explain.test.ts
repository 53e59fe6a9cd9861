/** Every amount is explained: from a line to how it was worked out, and to the usage records behind it. */
import { newName, newTenant, type Tenant } from '../support/billing-world.js';
import { setClock } from '../support/clock.js';
import {
  CancelSubscriptionDocument,
  ChangeSubscriptionDocument,
  CorrectChargedDocument,
  ExplainInvoiceDocument,
  SetPricingDocument,
} from '../support/generated/operations.js';
import { startWorld, type World } from '../support/world.js';

let world: World;
let tenant: Tenant;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  tenant = await newTenant(world);
  const rates = [
    { unit: 'WEB_SEARCHES', price: '1' },
    { unit: 'INPUT_TOKENS', price: '0.5' },
  ];
  await world.ask(SetPricingDocument, { input: { provider: 'own', model: 'm', rates } as never }, tenant.key);
});
afterEach(() => setClock(world, undefined));
afterAll(() => world.close());

async function explain(id: string, line?: number) {
  const { invoice } = await world.ask(ExplainInvoiceDocument, { id, line }, tenant.key);
  return invoice?.explain ?? [];
}

const use = (promptTokens: number, searches: number, rest: Record<string, unknown> = {}) => {
  const quantities = searches === 0 ? [] : [{ unit: 'WEB_SEARCHES', quantity: searches }];
  return tenant.record({ provider: 'own', model: 'm', promptTokens, quantities, ...rest });
};

// Seen to fail: with the share of a tier left out; with the records of another month behind a line.
test('charges, tiers, fees, credit, minimum and maximum are explained by what they were worked out from', async () => {
  const tiers = [
    { upTo: 10, price: '10', flatFee: '2' },
    { price: '5', per: 2, flatFee: '3' },
  ];
  const tieredUnits = [{ unit: 'WEB_SEARCHES', mode: 'GRADUATED', tiers }];
  const terms = { baseFee: '20', currency: 'EUR', usdRate: '0.9', includedCredit: '1', tieredUnits };
  const id = await tenant.subscribe({ ...terms, maximumSpend: '60' });
  const [first] = await explain((await tenant.draft(id)).id);
  expect(first?.steps).toEqual([
    'The fee of a period is 20 EUR, in advance: 30 of 30 days from 2026-06-01 to 2026-06-30.',
    '20.00 EUR, exactly.',
  ]);
  await use(3, 11);
  await use(1, 0);
  await setClock(world, '2026-07-01T12:00:00Z');
  const made = await tenant.draft(id);
  const explained = await explain(made.id);
  expect(explained.map(({ steps }) => steps)).toEqual([
    [
      '2 calls of own m from 2026-06-01 to 2026-06-30, a reversal taking one back, were charged 13 USD: the sum of their charges, each its cost with its markup.',
      'Of these, 11 USD are for units that are billed by tiers: 2 USD are left.',
      'By unit, before markups: 4 INPUT_TOKENS cost 2 USD.',
      'One USD is 0.9 EUR (2026-06-01): 2 x 0.9.',
      '1.80 EUR, exactly.',
    ],
    [
      '11 WEB_SEARCHES from 2026-06-01 to 2026-06-30, GRADUATED: tier 1: 10 at 10 EUR each and 2 EUR flat; tier 2: 1 at 5 EUR for each 2 and 3 EUR flat.',
      '107.50 EUR, exactly.',
    ],
    [
      'Usage from 2026-06-01 to 2026-06-30 comes to 109.3 EUR, of which up to 1 EUR is included.',
      '-1.00 EUR, exactly.',
    ],
    ['Fee and usage from 2026-06-01 to 2026-06-30 come to 128.3 EUR; the most is 60 EUR.', '-68.30 EUR, exactly.'],
    ['The fee of a period is 20 EUR, in advance: 31 of 31 days from 2026-07-01 to 2026-07-31.', '20.00 EUR, exactly.'],
  ]);
  expect(explained.map(({ line }) => line.usageRecords.edges.length)).toEqual([2, 1, 0, 0, 0]);
  expect(await explain(made.id, 2)).toEqual([explained[1]]);
  await use(0, 1, { occurredAt: '2026-06-20T00:00:00Z' });
  await setClock(world, '2026-08-01T12:00:00Z');
  const late = (await explain((await tenant.draft(id)).id)).map(({ steps }) => steps);
  expect(late.slice(0, 2)).toEqual([
    [
      '12 WEB_SEARCHES from 2026-06-01 to 2026-06-30, GRADUATED: tier 1: 10 at 10 EUR each and 2 EUR flat; tier 2: 2 at 5 EUR for each 2 and 3 EUR flat.',
      'Earlier invoices have 11 of these, for 107.5 EUR.',
      '2.50 EUR, exactly.',
    ],
    [
      'Fee and usage from 2026-06-01 to 2026-06-30 come to 130.8 EUR; the most is 60 EUR.',
      'Earlier invoices have -68.3 EUR of it.',
      '-2.50 EUR, exactly.',
    ],
  ]);
});

// Seen to fail: with the rows of the plan that are more specific not left out.
test('behind a line of all models are not the records of a model that has a line of its own', async () => {
  const rates = [{ unit: 'WEB_SEARCHES', price: '1' }];
  await world.ask(SetPricingDocument, { input: { provider: 'own', model: 'n', rates } as never }, tenant.key);
  const tiers = [{ price: '3' }];
  const row = { unit: 'WEB_SEARCHES', mode: 'VOLUME', tiers };
  const id = await tenant.subscribe({ tieredUnits: [row, { ...row, provider: 'own', model: 'm' }] });
  await tenant.draft(id);
  await use(0, 2);
  for (let n = 0; n < 2; n += 1) await use(0, 5, { model: 'n' });
  await setClock(world, '2026-07-01T12:00:00Z');
  const lines = await explain((await tenant.draft(id)).id);
  expect(lines.map(({ line }) => [line.amount, line.usageRecords.edges.length])).toEqual([
    ['30', 2],
    ['6', 1],
  ]);
});

test('packages, a minimum, a change of the fee and what is credited at the end are explained', async () => {
  const packages = { unit: 'WEB_SEARCHES', mode: 'PACKAGE', packagePrice: '100', packageSize: 10 };
  const id = await tenant.subscribe({ baseFee: '30', minimumSpend: '40', tieredUnits: [packages] });
  await tenant.draft(id);
  const plan = await tenant.plan({ baseFee: '60', tieredUnits: [packages] });
  await setClock(world, '2026-06-16T12:00:00Z');
  const change = { subscriptionId: id, plan, when: 'NOW' } as never;
  await world.ask(ChangeSubscriptionDocument, { input: change }, tenant.key);
  await use(0, 121);
  await setClock(world, '2026-07-01T12:00:00Z');
  const steps = (await explain((await tenant.draft(id)).id)).map((one) => one.steps[0]);
  expect(steps).toEqual([
    'Of the fee of 30 USD, 15 of 30 days less than was invoiced in advance from 2026-06-01 to 2026-06-15.',
    'Of the fee of 60 USD, 15 of 30 days more than was invoiced in advance from 2026-06-16 to 2026-06-30.',
    '121 WEB_SEARCHES from 2026-06-01 to 2026-06-30, PACKAGE: 13 packages at 100 USD.',
    'The fee of a period is 60 USD, in advance: 31 of 31 days from 2026-07-01 to 2026-07-31.',
  ]);
  await world.ask(CancelSubscriptionDocument, { input: { subscriptionId: id, when: 'NOW' } as never }, tenant.key);
  await setClock(world, '2026-07-02T12:00:00Z');
  const last = await explain((await tenant.draft(id)).id);
  expect(last.at(-1)?.steps[0]).toBe(
    'No invoice follows that could begin with what the lines come to below 0: it becomes credit, 58.06 USD with taxes.',
  );
});

// E8. Seen to fail: with halves rounded away from 0, and with halves rounded down.
test.each([
  ['0.005', '0', '0.005 is 0.00 USD, half-even to steps of 0.01.'],
  ['0.015', '0.02', '0.015 is 0.02 USD, half-even to steps of 0.01.'],
  ['0.025', '0.02', '0.025 is 0.02 USD, half-even to steps of 0.01.'],
  ['0.025000000001', '0.03', '0.025000000001 is 0.03 USD, half-even to steps of 0.01.'],
])('%s USD of usage is %s on an invoice, and below 0 where it is corrected', async (price, amount, step) => {
  const rates = [{ unit: 'REQUESTS', price }];
  await world.ask(SetPricingDocument, { input: { provider: 'own', model: 'half', rates } as never }, tenant.key);
  const id = await tenant.subscribe({});
  await tenant.draft(id);
  const quantities = [{ unit: 'REQUESTS', quantity: 1 }];
  const usageRecordId = await tenant.record({ provider: 'own', model: 'half', quantities });
  await setClock(world, '2026-07-01T12:00:00Z');
  const made = await tenant.draft(id);
  expect(made.lines.map((line) => line.amount)).toEqual([amount]);
  expect((await explain(made.id))[0]?.steps.at(-1)).toBe(step);
  const input = { idempotencyKey: newName('fix'), usageRecordId, reason: 'wrong', void: true } as never;
  await world.ask(CorrectChargedDocument, { input }, tenant.key);
  await setClock(world, '2026-08-01T12:00:00Z');
  const back = await tenant.draft(id);
  expect(back.lines.map((line) => line.amount)).toEqual([amount === '0' ? '0' : `-${amount}`]);
  expect(made.remainder).toBe(back.remainder.startsWith('-') ? back.remainder.slice(1) : `-${back.remainder}`);
});
