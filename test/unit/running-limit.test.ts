/** How long a request may still be at work, and who comes next. */
import { Role, systemPrincipal } from '../../src/principal.js';
import { RunningLimit } from '../../src/running-limit.js';

const OURS = systemPrincipal('0f8fad5b-d9cb-469f-a165-70867728950e', Role.ADMIN);

function limitOf(maxRunningPerKey: number, operationTimeoutMs = 1_000) {
  const clock = { at: 0, uptimeMs: () => clock.at };
  return {
    clock,
    limit: new RunningLimit({ operationTimeoutMs, maxRunningPerKey, maxRunningPerOrganization: 0 }, clock),
  };
}

// Seen to fail: with the whole time told each time, with nothing told again, and with no end.
test('the database is told what is left, again when a tenth of it is over, and then the time is over', () => {
  const { clock, limit } = limitOf(1);
  const turn = limit.turnOf(OURS);
  clock.at = 200;
  expect(turn.tell()).toBe(800);
  clock.at = 280;
  expect(turn.isToTellAgain).toBe(false);
  clock.at = 281;
  expect(turn.isToTellAgain).toBe(true);
  expect(turn.tell()).toBe(719);
  expect(turn.isToTellAgain).toBe(false);
  clock.at = 999.5;
  expect(turn.tell()).toBe(1);
  clock.at = 1_000;
  const over = 'The request took longer than one may';
  expect(() => turn.tell()).toThrow(over);
  expect(() => turn.isToTellAgain).toThrow(over);
  expect(() => turn.enter()).toThrow(over);
});

// Seen to fail: with who came last as the next, and with a place that is left twice given to two.
test('who waits comes in the order of coming, one for each place that is left', async () => {
  const { limit } = limitOf(2);
  const order: number[] = [];
  const enter = async (n: number) => {
    const leave = await limit.turnOf(OURS).enter();
    order.push(n);
    return leave;
  };
  const leaves = [await enter(1), await enter(2)];
  const waiting = [enter(3), enter(4), enter(5)];
  leaves[0]?.();
  leaves[0]?.();
  await waiting[0];
  await new Promise(setImmediate);
  expect(order).toEqual([1, 2, 3]);
  leaves[1]?.();
  (await waiting[0])?.();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3, 4, 5]);
});
