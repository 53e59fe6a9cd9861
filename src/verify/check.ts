/** What the books are asked, and how they answer. */
import type { ClientBase } from 'pg';
import type { Found } from './difference.js';

export interface Checked {
  /** How many rows were looked at. */
  readonly count: number;
  readonly differences: readonly Found[];
}

/** Two statements over records: one makes the sums of a slice, the other compares all sums with what is kept. */
export interface Count {
  readonly carry: string;
  readonly compare: string;
}

/** The records of one snapshot: those recorded in [from, to), as PostgreSQL writes instants. */
export interface Slice {
  readonly from: string;
  readonly to: string;
  /** The sums of the records before, in PostgreSQL's own words: nothing here looks into them. */
  readonly carried: string;
}

/** All records at once. */
export const WHOLE: Slice = { from: '-infinity', to: 'infinity', carried: '[]' };

const values = (organizationId: string, { from, to, carried }: Slice) => [organizationId, from, to, carried];

/** The sums of a slice and of all before it. */
export async function carrySums(client: ClientBase, { carry }: Count, organizationId: string, slice: Slice) {
  return oneRow<{ carried: string }>(client, carry, [...values(organizationId, slice), null]);
}

/**
 * The last slice and all before it against what is kept in its snapshot.
 * @param subjects looks at these alone.
 */
export async function compareSums(
  client: ClientBase,
  { compare }: Count,
  organizationId: string,
  slice: Slice,
  subjects: readonly string[] | null = null,
): Promise<Checked> {
  return oneRow(client, compare, [...values(organizationId, slice), subjects]);
}

export async function oneRow<T extends object>(
  client: ClientBase,
  statement: string,
  parameters: unknown[],
): Promise<T> {
  const [row] = (await client.query<T>(statement, parameters)).rows;
  if (!row) throw new Error('A check gave no answer.');
  return row;
}
