/**
 * Shows a running server at work: sends response bodies of several providers, prints what each cost and why, the budget
 * filling up, the alerts arriving over the websocket, and the day's summary.
 *
 *   npm run demo                                  a server on http://127.0.0.1:4000 with its key in .tollgate/api-key
 *   npm run demo -- --url URL --key KEY           any other server
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { askOf, stop } from './ask.js';
import { BODIES, type Body } from './bodies.js';

const LIMIT = '0.10';
const BAR_WIDTH = 30;

const { values } = parseArgs({
  options: { url: { type: 'string', default: 'http://127.0.0.1:4000' }, key: { type: 'string' } },
});
const url = values.url.replace(/\/$/, '');
const key = values.key ?? (await readKey());
const ask = askOf(url, key);

async function readKey(): Promise<string> {
  try {
    return (await readFile('.tollgate/api-key', 'utf8')).trim();
  } catch {
    return stop('No key: start the server first (npm start), or name one with -- --key KEY.');
  }
}

interface Line {
  unit: string;
  quantity: string | number;
  ratePrice: string | null;
  per: string | number | null;
  amount: string;
  note: string | null;
}

interface Recorded {
  recordProviderUsage: {
    usageRecord: {
      provider: string | null;
      model: string | null;
      cost: string | null;
      unpricedReason: string | null;
      costLines: Line[] | null;
    };
    budgets: { limit: string; spent: string; percent: number }[];
  };
}

const RECORD = `mutation ($input: RecordProviderUsageInput!) {
  recordProviderUsage(input: $input) {
    usageRecord { provider model cost unpricedReason costLines { unit quantity ratePrice per amount note } }
    budgets { limit spent percent }
  }
}`;

interface Alert {
  kind: string;
  message: string;
}

/** Alerts in the order of their arrival. */
class Alerts {
  readonly #client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${key}` },
  });
  readonly #seen: Alert[] = [];
  #told: (() => void) | undefined;

  async listen(userId: string): Promise<void> {
    const query = 'subscription ($userId: String) { budgetAlerts(userId: $userId) { kind message } }';
    const connected = new Promise<void>((done) => this.#client.on('connected', () => done()));
    this.#client.subscribe<{ budgetAlerts: Alert }>(
      { query, variables: { userId } },
      {
        next: ({ data }) => {
          if (!data) return;
          this.#seen.push(data.budgetAlerts);
          console.log(`   >> ALERT over the websocket: ${data.budgetAlerts.message}`);
          this.#told?.();
        },
        error: (error) => stop(`The subscription failed: ${JSON.stringify(error)}`),
        complete: () => undefined,
      },
    );
    await connected;
  }

  /** Resolves when this many have come. */
  async has(count: number): Promise<void> {
    while (this.#seen.length < count) await new Promise<void>((told) => (this.#told = told));
  }

  async close(): Promise<void> {
    await this.#client.dispose();
  }
}

function bar(percent: number): string {
  const full = Math.min(BAR_WIDTH, Math.round((percent / 100) * BAR_WIDTH));
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`;
}

function printLines(lines: readonly Line[]): void {
  for (const line of lines) {
    const rate = line.ratePrice === null ? 'no rate' : `${line.ratePrice} USD per ${line.per}`;
    console.log(
      `   ${line.unit.padEnd(24)} ${String(line.quantity).padStart(8)} at ${rate.padEnd(24)} = ${line.amount}${line.note ? `  (${line.note})` : ''}`,
    );
  }
}

async function send(body: Body, userId: string): Promise<number> {
  const { what, ...input } = body;
  const sent = { idempotencyKey: randomUUID(), userId, teamId: 'demo-team', ...input };
  const { usageRecord, budgets } = (await ask<Recorded>(RECORD, { input: sent })).recordProviderUsage;
  const cost = usageRecord.cost === null ? `UNPRICED (${usageRecord.unpricedReason})` : `${usageRecord.cost} USD`;
  console.log(`\n${what}: ${cost}${usageRecord.model ? `  [${usageRecord.provider}/${usageRecord.model}]` : ''}`);
  printLines(usageRecord.costLines ?? []);
  const [budget] = budgets;
  if (!budget) return 0;
  console.log(`   budget ${bar(budget.percent)} ${budget.percent} %  ${budget.spent} of ${budget.limit} USD`);
  return budget.percent;
}

async function printSummary(userId: string): Promise<void> {
  const { viewer } = await ask<{ viewer: { organization: { zone: string } } }>('{ viewer { organization { zone } } }');
  const { zone } = viewer.organization;
  // The Swedish way of writing a date is the ISO one.
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date());
  const query = `query ($input: UsageSummaryInput!) { usageSummary(input: $input) {
    rows { provider model recordCount unpricedCount inputTokens outputTokens cost }
    totals { recordCount unpricedCount inputTokens outputTokens cost } } }`;
  interface Sums {
    provider?: string;
    model?: string;
    recordCount: number;
    inputTokens: number;
    outputTokens: number;
    cost: string;
    unpricedCount: number;
  }
  const input = { from: today, to: today, groupBy: ['PROVIDER', 'MODEL'], userId };
  const { usageSummary } = await ask<{ usageSummary: { rows: Sums[]; totals: Sums } }>(query, { input });
  console.log(`\nToday (${zone}) of ${userId}:`);
  console.table(
    usageSummary.rows.map((row) => ({
      model: `${row.provider}/${row.model}`,
      calls: row.recordCount,
      'input tokens': row.inputTokens,
      'output tokens': row.outputTokens,
      'cost in USD': row.unpricedCount > 0 ? `${row.cost} + ${row.unpricedCount} unpriced` : row.cost,
    })),
  );
  const { totals } = usageSummary;
  console.log(
    `Total ${totals.cost} USD for ${totals.recordCount} calls, of them ${totals.unpricedCount} without a price.`,
  );
}

const userId = `demo-${randomUUID().slice(0, 8)}`;
await ask('mutation ($input: SetBudgetInput!) { setBudget(input: $input) { id } }', {
  input: { userId, period: 'DAY', limit: LIMIT, enforcement: 'SOFT', thresholds: [25, 50, 80], name: 'Demo' },
});
console.log(`User ${userId} has a budget of ${LIMIT} USD a day, with alerts at 25, 50 and 80 %.`);
const alerts = new Alerts();
await alerts.listen(userId);
let percent = 0;
for (const body of BODIES) {
  percent = await send(body, userId);
  await alerts.has([25, 50, 80].filter((threshold) => percent >= threshold).length);
}
await printSummary(userId);
await alerts.close();
