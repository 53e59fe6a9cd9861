/** At the end: is everything that was told in the database, once, and nothing beside it? */
import type { ClientBase } from 'pg';
import { encodeId } from '../src/node-id.js';
import { booksOf } from '../test/support/books.js';
import { eventually } from '../test/support/server-process.js';
import { oversteps } from '../test/support/grant-history.js';
import { checkHistory, type Verdict } from './linearizable.js';
import type { Journal } from './journal.js';

export interface Judgement {
  /** What was told and is not there. */
  readonly lost: readonly string[];
  /** What is there more often, or larger, than it was told. */
  readonly doubled: readonly string[];
  /** Commits of a grant that left a budget over its limit. */
  readonly overspends: number;
  /** Differences that the product's own verification found. */
  readonly books: readonly string[];
  /** By budget. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

interface StoredReservation {
  readonly id: string;
  readonly amount: string;
  readonly state: string;
  readonly endedAt: Date | null;
  readonly usageKey: string | null;
}

/** @param start of each budget: what it was made with. */
export async function judge(
  client: ClientBase,
  journal: Journal,
  start: ReadonlyMap<string, bigint>,
): Promise<Judgement> {
  await eventually(async () => {
    const { rowCount } = await client.query(`SELECT FROM reservation WHERE state = 'HELD' LIMIT 1`);
    return rowCount === 0;
  }).catch(() => undefined);
  const { rows } = await client.query<StoredReservation>(
    `SELECT id, amount_pico_usd::text AS amount, state, ended_at AS "endedAt", usage_key AS "usageKey" FROM reservation`,
  );
  const stored = new Map(rows.map((row) => [encodeId('reservation', row.id), row]));
  for (const [id, { state, endedAt }] of stored) {
    if (state === 'EXPIRED' && endedAt) journal.expired(id, endedAt.getTime());
  }
  const complaints = [compareReservations(journal, stored), await compareRecords(client, journal)];
  const limits = await compareBudgets(client, journal);
  const verdicts = new Map<string, Verdict>();
  for (const [name, history] of journal.histories) {
    verdicts.set(name, checkHistory(history, { limit: start.get(name) ?? 0n, spent: 0n, held: 0n }));
  }
  return {
    lost: [...complaints.flatMap(({ lost }) => lost), ...limits.lost],
    doubled: [...complaints.flatMap(({ doubled }) => doubled), ...limits.doubled],
    overspends: await oversteps(client),
    books: await booksOf(client),
    verdicts,
  };
}

interface Complaints {
  readonly lost: string[];
  readonly doubled: string[];
}

function compareReservations(journal: Journal, stored: ReadonlyMap<string, StoredReservation>): Complaints {
  const lost: string[] = [];
  const doubled = [...stored.keys()]
    .filter((id) => !journal.reservations.has(id))
    .map((id) => `${id} was told to nobody`);
  for (const [id, { amount, end, settledBy }] of journal.reservations) {
    const row = stored.get(id);
    if (!row) {
      lost.push(`${id} is not there`);
      continue;
    }
    if (BigInt(row.amount) < amount) lost.push(`${id} holds ${row.amount}, and ${amount} were granted`);
    if (BigInt(row.amount) > amount) doubled.push(`${id} holds ${row.amount}, and ${amount} were granted`);
    if (end !== undefined && end !== row.state) lost.push(`${id} is ${row.state}, and ${end} was told`);
    if (settledBy !== undefined && settledBy !== row.usageKey) lost.push(`${id} was settled by ${settledBy}`);
  }
  return { lost, doubled };
}

async function compareRecords(client: ClientBase, journal: Journal): Promise<Complaints> {
  const { rows } = await client.query<{ key: string; charge: string }>(
    'SELECT idempotency_key AS key, charge_pico_usd::text AS charge FROM usage_record',
  );
  const stored = new Map(rows.map(({ key, charge }) => [key, charge]));
  const lost = [...journal.records]
    .filter(([key, { charge }]) => stored.get(key) !== String(charge))
    .map(([key, { charge }]) => `record ${key} of ${charge} is ${stored.get(key) ?? 'not there'}`);
  const doubled = rows
    .filter(({ key }) => !journal.records.has(key))
    .map(({ key }) => `record ${key} was told to nobody`);
  return { lost, doubled };
}

/** Budgets against the sums of what callers were told, and against the last limit that was set. */
async function compareBudgets(client: ClientBase, journal: Journal): Promise<Complaints> {
  const { rows } = await client.query<{ name: string; limit: string; spent: string; held: string }>(
    `SELECT b.name, bp.limit_pico_usd::text AS limit, bp.spent_pico_usd::text AS spent, bp.held_pico_usd::text AS held
     FROM budget b JOIN budget_period bp ON bp.organization_id = b.organization_id AND bp.budget_id = b.id`,
  );
  const spent = new Map<string, bigint>();
  for (const { budgets, charge } of journal.records.values()) {
    for (const name of budgets) spent.set(name, (spent.get(name) ?? 0n) + charge);
  }
  const complaints: Complaints = { lost: [], doubled: [] };
  for (const row of rows) {
    const told = spent.get(row.name) ?? 0n;
    const said = `${row.name} has spent ${row.spent}, and the charges told are ${told}`;
    if (BigInt(row.spent) < told) complaints.lost.push(said);
    if (BigInt(row.spent) > told) complaints.doubled.push(said);
    if (row.held !== '0') complaints.doubled.push(`${row.name} still holds ${row.held}`);
    if (row.limit !== String(journal.limits.get(row.name))) complaints.lost.push(`the last limit of ${row.name}`);
  }
  return complaints;
}
