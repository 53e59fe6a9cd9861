/**
 * `npm run prove`: four servers on one PostgreSQL, operations on budgets from many callers, and a server or PostgreSQL
 * killed again and again. Afterwards everything that callers were told is held against the database and against a checker
 * of histories; and the same is done with a PostgreSQL that loses and with a function that overspends, which have to be
 * caught. Exits 1 where anything is not as promised.
 *
 * `--short`: some thousand operations, and two kills of each. `--check FILE`: only checks a history that was refused, and kept.
 */
import { parseArgs } from 'node:util';
import { showControls } from './controls.js';
import { Ground } from './crew.js';
import { checkAgain, rejectPlanted, runProof } from './proof.js';

const { values: options } = parseArgs({
  options: { short: { type: 'boolean' }, seed: { type: 'string' }, check: { type: 'string' } },
});
const SIZE = options.short
  ? { operations: 6_000, kills: 2, callers: 48, organizations: 2 }
  : { operations: 200_000, kills: 20, callers: 64, organizations: 2 };

const isGood = options.check === undefined ? await prove() : await checkAgain(options.check);
if (!isGood) process.exitCode = 1;

async function prove(): Promise<boolean> {
  const seed = Number(options.seed ?? Date.now() % 2 ** 32);
  const ground = await Ground.open();
  try {
    console.log(`Seed ${seed}.`);
    const proof = await runProof(ground, { ...SIZE, seed });
    const isRejected = rejectPlanted(proof.journal, proof.start);
    const isCaught = await showControls(ground, seed);
    return proof.isProved && isRejected && isCaught;
  } finally {
    await ground.close();
  }
}
