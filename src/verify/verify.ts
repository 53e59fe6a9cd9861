/**
 * The books prove themselves: what is kept (spent, held, totals, alerts, settlements) is computed again from the records
 * and compared. Differences are told, never mended: what a counter should be is known, why it is wrong is not.
 *
 * An organization is read in one snapshot, in which all is the work of the same transactions, so it may be written to
 * meanwhile. One with many records is read in slices by the time of recording, each summed in a snapshot of its own; the
 * last one is compared. Between two snapshots a record may get its price or a budget end, so what then differs is only
 * suspected, and counted again in one snapshot, which is long but rare.
 */
import type { ClientBase } from 'pg';
import { CATALOGUE } from '../node-id.js';
import { AUDIT_CHAIN } from './check-audit.sql.js';
import { CHARGES } from './check-charges.sql.js';
import { CORRECTIONS } from './check-corrections.sql.js';
import { CREDITS } from './check-credits.sql.js';
import { INVOICED_USAGE, INVOICES } from './check-invoices.sql.js';
import { ALERTS, HELD, OVERLAPS, TERMS } from './check-periods.sql.js';
import { REPRICES } from './check-reprices.sql.js';
import { REFUNDS } from './check-refunds.sql.js';
import { checkReservations, FIRST_RESERVATION } from './check-reservations.sql.js';
import { CHAIN_BEGIN, checkChain, type ChainEnd } from './check-chain.sql.js';
import {
  CORRECTED_DIGESTS,
  EARLIER_DIGESTS,
  PRICED_DIGESTS,
  RECORDED_DIGESTS,
  USAGE_CHAIN,
} from './check-usage-digests.sql.js';
import { carrySums, compareSums, oneRow, WHOLE, type Checked, type Count, type Slice } from './check.js';
import { ROLLUPS } from './count-rollups.sql.js';
import { SPENT } from './count-spent.sql.js';
import type { Difference, Found } from './difference.js';
import { inSnapshot, readCuts, readOrganizations, type Organization } from './snapshot.sql.js';

/** On a busy machine of two cores 1 to 3 s, all sums together: of a million records, with 63,000 period rows. */
const RECORDS_PER_SNAPSHOT = 100_000;
const RESERVATIONS_PER_SNAPSHOT = 50_000;
const ENTRIES_PER_SNAPSHOT = 100_000;

/** Each of them one statement, in a snapshot of its own. */
const IN_ONE_LOOK = [
  ...[CORRECTIONS, REPRICES, INVOICES, INVOICED_USAGE, CREDITS, REFUNDS],
  ...[EARLIER_DIGESTS, PRICED_DIGESTS, CORRECTED_DIGESTS],
];

export interface Verified {
  organizations: number;
  records: number;
  periods: number;
  alerts: number;
  held: number;
  settled: number;
  /** Entries of the chains of digests. */
  digests: number;
  auditEntries: number;
  differences: number;
}

/**
 * @param client has no transaction open.
 * @param tell is called for each difference as it is found.
 */
export async function verifyBooks(
  client: ClientBase,
  tell: (difference: Difference) => void,
  recordsPerSnapshot = RECORDS_PER_SNAPSHOT,
): Promise<Verified> {
  const sum: Verified = {
    organizations: 0,
    records: 0,
    periods: 0,
    alerts: 0,
    held: 0,
    settled: 0,
    digests: 0,
    auditEntries: 0,
    differences: 0,
  };
  for (const organization of await readOrganizations(client)) {
    sum.organizations += 1;
    const tellAll = (found: readonly Found[]) => {
      sum.differences += found.length;
      for (const each of found) tell({ ...each, organization: nameOf(organization) });
    };
    const rows = await verifyRows(client, organization.id, recordsPerSnapshot);
    sum.records += rows.rollups.count;
    sum.periods += rows.spent.count;
    sum.held += rows.held.count;
    sum.alerts += rows.alerts.count;
    for (const { differences } of Object.values(rows)) tellAll(differences);
    for (const check of IN_ONE_LOOK) {
      tellAll((await inSnapshot(client, () => oneRow<Checked>(client, check, [organization.id]))).differences);
    }
    for await (const page of settledPages(client, organization.id)) {
      sum.settled += page.count;
      tellAll(page.differences);
    }
    for await (const page of chainPages(client, USAGE_CHAIN, organization.id)) {
      sum.digests += page.count;
      tellAll(page.differences);
    }
    for await (const page of chainPages(client, AUDIT_CHAIN, organization.id)) {
      sum.auditEntries += page.count;
      tellAll(page.differences);
    }
  }
  for await (const page of chainPages(client, AUDIT_CHAIN, CATALOGUE)) {
    sum.auditEntries += page.count;
    sum.differences += page.differences.length;
    for (const each of page.differences) tell({ ...each, organization: 'The catalogue' });
  }
  return sum;
}

/** An organization in words. */
export const nameOf = ({ id, name }: Organization) => (name === undefined ? id : `${JSON.stringify(name)} (${id})`);

async function verifyRows(client: ClientBase, id: string, recordsPerSnapshot: number) {
  const cuts = await readCuts(client, id, recordsPerSnapshot);
  const carried = { spent: WHOLE.carried, rollups: WHOLE.carried };
  const slices: Checked[] = [];
  const checkRecords = async (to: string) => {
    for (const check of [CHARGES, RECORDED_DIGESTS]) slices.push(await oneRow<Checked>(client, check, [id, from, to]));
  };
  let from = WHOLE.from;
  for (const to of cuts) {
    await inSnapshot(client, async () => {
      await checkRecords(to);
      carried.spent = (await carrySums(client, SPENT, id, { from, to, carried: carried.spent })).carried;
      carried.rollups = (await carrySums(client, ROLLUPS, id, { from, to, carried: carried.rollups })).carried;
    });
    from = to;
  }
  const last = (sums: string): Slice => ({ from, to: WHOLE.to, carried: sums });
  const seen = await inSnapshot(client, async () => ({
    records: await checkRecords(WHOLE.to).then(() => wholeOf(slices)),
    spent: await compareSums(client, SPENT, id, last(carried.spent)),
    rollups: await compareSums(client, ROLLUPS, id, last(carried.rollups)),
    held: await oneRow<Checked>(client, HELD, [id]),
    terms: await oneRow<Checked>(client, TERMS, [id]),
    overlaps: await oneRow<Checked>(client, OVERLAPS, [id]),
    alerts: await oneRow<Checked>(client, ALERTS, [id]),
  }));
  if (cuts.length === 0) return seen;
  return {
    ...seen,
    spent: await confirmed(client, SPENT, id, seen.spent),
    rollups: await confirmed(client, ROLLUPS, id, seen.rollups),
  };
}

function wholeOf(slices: readonly Checked[]): Checked {
  return { count: 0, differences: slices.flatMap(({ differences }) => differences) };
}

async function confirmed(client: ClientBase, count: Count, id: string, seen: Checked): Promise<Checked> {
  if (seen.differences.length === 0) return seen;
  const subjects = [...new Set(seen.differences.map(({ subject }) => subject))];
  const { differences } = await inSnapshot(client, () => compareSums(client, count, id, WHOLE, subjects));
  return { count: seen.count, differences };
}

async function* settledPages(client: ClientBase, id: string): AsyncGenerator<Checked> {
  let after: string | null = FIRST_RESERVATION;
  while (after !== null) {
    const from: string = after;
    const page = await inSnapshot(client, () => checkReservations(client, id, from, RESERVATIONS_PER_SNAPSHOT));
    yield page;
    after = page.last;
  }
}

async function* chainPages(client: ClientBase, statement: string, id: string): AsyncGenerator<Checked> {
  let after: ChainEnd | undefined = CHAIN_BEGIN;
  while (after !== undefined) {
    const from: ChainEnd = after;
    const page = await inSnapshot(client, () => checkChain(client, statement, id, from, ENTRIES_PER_SNAPSHOT));
    yield page;
    after = page.end;
  }
}
