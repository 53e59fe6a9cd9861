/**
 * `npm run prove`: what is promised of money and of doors, on real servers and a PostgreSQL of its own. Exits 1 where
 * anything is not as promised.
 *
 * `crash`: four servers, operations on budgets from many callers, and a server or PostgreSQL killed again and again.
 * Afterwards everything that callers were told is held against the database and against a checker of histories; and the
 * same is done with a PostgreSQL that loses and with a function that overspends, which have to be caught. `attack`, `crowd`,
 * `paused`, `outside`: what others can do to a client beside them.
 *
 * `--only NAME`: one of these. `--short`: some thousand operations and two kills of each, a small crowd, and neither
 * who stops to read nor tools of others. `--check FILE`: only checks a history that was refused, and kept.
 */
import { parseArgs } from 'node:util';
import { verdict, type Judgement } from '../bench/figures.js';
import { showControls } from './controls.js';
import { Ground } from './crew.js';
import { proveAttack } from './doors/attack.js';
import { proveCrowd } from './doors/crowd.js';
import { proveOutside } from './doors/outside.js';
import { provePaused } from './doors/paused.js';
import { checkAgain, rejectPlanted, runProof } from './proof.js';

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean' },
    only: { type: 'string' },
    seed: { type: 'string' },
    check: { type: 'string' },
  },
});
const CRASH = options.short
  ? { operations: 6_000, kills: 2, callers: 48, organizations: 2 }
  : { operations: 200_000, kills: 20, callers: 64, organizations: 2 };
const ATTACK_S = options.short ? 6 : 60;
const CROWD = options.short ? 500 : 10_000;

async function proveCrash(ground: Ground): Promise<boolean> {
  const seed = Number(options.seed ?? Date.now() % 2 ** 32);
  console.log(`Seed ${seed}.`);
  const proof = await runProof(ground, { ...CRASH, seed });
  const isRejected = rejectPlanted(proof.journal, proof.start);
  const isCaught = await showControls(ground, seed);
  return proof.isProved && isRejected && isCaught;
}

function judge(judgements: readonly Judgement[]): boolean {
  for (const judgement of judgements) console.log(verdict(judgement));
  console.log('');
  return judgements.every(({ holds }) => holds);
}

const PARTS: Readonly<Record<string, (ground: Ground) => Promise<boolean>>> = {
  crash: proveCrash,
  attack: async (ground) => judge(await proveAttack(ground, ATTACK_S)),
  crowd: async (ground) => judge(await proveCrowd(ground, CROWD, options.short !== true)),
  paused: async (ground) => options.short === true || judge(await provePaused(ground)),
  outside: async (ground) => options.short === true || judge(await proveOutside(ground)),
};

/** Each has a PostgreSQL of its own: one leaves it as nobody else could use it. */
async function onGround(part: (ground: Ground) => Promise<boolean>): Promise<boolean> {
  const ground = await Ground.open();
  try {
    return await part(ground);
  } finally {
    await ground.close();
  }
}

async function prove(): Promise<boolean> {
  const parts = Object.entries(PARTS).filter(([name]) => options.only === undefined || options.only === name);
  if (parts.length === 0) throw new Error(`--only is one of ${Object.keys(PARTS).join(', ')}.`);
  let isGood = true;
  for (const [, part] of parts) isGood = (await onGround(part)) && isGood;
  return isGood;
}

const isGood = options.check === undefined ? await prove() : await checkAgain(options.check);
if (!isGood) process.exitCode = 1;
