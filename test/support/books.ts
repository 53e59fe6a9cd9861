/** The books of a test's database, by the product's own verification. */
import type { ClientBase } from 'pg';
import { differenceLine } from '../../src/verify/difference.js';
import { verifyBooks } from '../../src/verify/verify.js';

/** Every difference between what is kept and what the records say, in words; none when the books are right. */
export async function booksOf(client: ClientBase): Promise<string[]> {
  const differences: string[] = [];
  await verifyBooks(client, (difference) => differences.push(differenceLine(difference)));
  return differences;
}
