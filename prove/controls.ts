/** Positive controls: what is broken on purpose has to be caught by what found nothing in the proof. */
import { keepHistory } from '../test/support/grant-history.js';
import { READ_THEN_WRITE } from '../test/support/read-then-write.js';
import { Crew, POSTGRES, type Ground } from './crew.js';
import { judge, type Judgement } from './judge.js';
import { Load } from './load.js';

const CALLERS = 48;

export async function showControls(ground: Ground, seed: number): Promise<boolean> {
  const racing = await readThenWrite(ground, seed);
  const bad = [...racing.verdicts.values()].filter(({ isLinearizable }) => !isLinearizable);
  const isRaceCaught = racing.overspends > 0 && bad.length > 0;
  console.log(
    `${isRaceCaught ? 'caught' : 'MISSED'}  a function that reads and then writes: ${racing.overspends} overspends, ` +
      `${bad.length} histories that are not linearizable`,
  );
  const losing = await withoutSync(ground, seed);
  const isLossCaught = losing.lost.length > 0;
  console.log(
    `${isLossCaught ? 'caught' : 'MISSED'}  synchronous_commit=off and one kill -9: ${losing.lost.length} acknowledged operations lost`,
  );
  return isRaceCaught && isLossCaught;
}

async function readThenWrite(ground: Ground, seed: number): Promise<Judgement> {
  const crew = await Crew.start(ground, 'control_race', 2);
  await crew.with(keepHistory);
  await crew.with((client) => client.query(READ_THEN_WRITE));
  const load = await Load.open(crew, 1, seed);
  const start = new Map(load.journal.limits);
  const running = load.run(CALLERS);
  await load.journal.more(3_000);
  load.stop();
  await running;
  const judged = await crew.with((client) => judge(client, load.journal, start));
  await crew.stop();
  return judged;
}

/** Behind the back of the server, which at its start would have refused it. */
async function withoutSync(ground: Ground, seed: number): Promise<Judgement> {
  const crew = await Crew.start(ground, 'control_loss', 1);
  await crew.with(keepHistory);
  await crew.with(async (client) => {
    await client.query('ALTER SYSTEM SET synchronous_commit = off');
    // The writer of the log would make up for it soon: at the longest interval it may have.
    await client.query('ALTER SYSTEM SET wal_writer_delay = 10000');
    await client.query('SELECT pg_reload_conf()');
  });
  const load = await Load.open(crew, 1, seed);
  const start = new Map(load.journal.limits);
  const running = load.run(CALLERS);
  await load.journal.more(500);
  await crew.kill(POSTGRES);
  await crew.allAnswered();
  load.stop();
  await running;
  const judged = await crew.with((client) => judge(client, load.journal, start));
  await crew.stop();
  return judged;
}
