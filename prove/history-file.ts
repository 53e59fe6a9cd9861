/** A history that was refused, in a file: so that it can be checked again, and looked at. */
import { readFile, writeFile } from 'node:fs/promises';
import type { BudgetState } from './ledger.js';
import type { Op } from './linearizable.js';

interface Kept {
  readonly budget: string;
  readonly start: BudgetState;
  readonly history: readonly Op[];
}

/** What was looked at after another operation says which by its number. */
type KeptOp = Omit<Op, 'after'> & { readonly after?: number };

const AMOUNT = /^-?\d+n$/;

export async function writeHistory(file: string, { history, ...kept }: Kept): Promise<void> {
  const numbers = new Map(history.map((op, n) => [op, n]));
  const ops = history.map((op) => ({ ...op, after: op.after && numbers.get(op.after) }));
  const text = JSON.stringify({ ...kept, history: ops }, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
  await writeFile(file, text);
}

export async function readHistory(file: string): Promise<Kept> {
  const read = JSON.parse(await readFile(file, 'utf8'), (_key, value: unknown) =>
    typeof value === 'string' && AMOUNT.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as Omit<Kept, 'history'> & { readonly history: readonly KeptOp[] };
  const history: Op[] = [];
  for (const { after, ...op } of read.history) {
    const looked = after === undefined ? undefined : history[after];
    history.push({ ...op, ...(looked && { after: looked }) });
  }
  return { ...read, history };
}
