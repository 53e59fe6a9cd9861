/** The load generator of the comparison: over HTTP against the servers, or as a PostgreSQL client. */
import { newKey } from './new-key.js';
import { HttpConnection } from './http-connection.js';
import { LockClient } from './lock-client.js';
import { RowClient } from './row-client.js';
import { answerSlots, type Worker } from './run-slot.js';
import type { HttpSlot, Slot } from './slot.js';

const RECORD =
  'mutation Record($input: RecordUsageInput!) { recordUsage(input: $input) { usageRecord { id cost } replayed } }';
const RESERVE =
  'mutation Reserve($input: ReserveBudgetInput!) { reserveBudget(input: $input) { decision { outcome } reservation { id } } }';
const SETTLE =
  'mutation Settle($input: RecordUsageInput!) { recordUsage(input: $input) { usageRecord { id cost } settled } }';
const BATCH = `mutation Batch($input: RecordUsageBatchInput!) {
  recordUsageBatch(input: $input) { items { result { usageRecord { id cost } replayed } error { code message } } }
}`;

let turn = 0;

function call(slot: Slot) {
  turn += 1;
  const userId = `user-${turn % slot.users}`;
  return {
    idempotencyKey: newKey(),
    userId,
    model: 'gpt-4o',
    promptTokens: 1000 + (turn % 100),
    completionTokens: 100,
  };
}

/** A call as JSON, which nothing in it makes hard: the load shares its cores with what it measures. */
function textOf({ idempotencyKey, userId, model, promptTokens, completionTokens }: ReturnType<typeof call>): string {
  return (
    `{"idempotencyKey":"${idempotencyKey}","userId":"${userId}","model":"${model}",` +
    `"promptTokens":${promptTokens},"completionTokens":${completionTokens}}`
  );
}

/** A body around its input, so that only the input has to be made for each. */
function bodyOf(query: string): (input: string) => string {
  const around = JSON.stringify({ query, variables: { input: { INPUT: 0 } } }).split('{"INPUT":0}');
  return (input) => around.join(input);
}

const recordBody = bodyOf(RECORD);
const batchBody = bodyOf(BATCH);
const reserveBody = bodyOf(RESERVE);
const settleBody = bodyOf(SETTLE);

async function reserve(connection: HttpConnection, userId: string, more = ''): Promise<string> {
  const input = `{"idempotencyKey":"${newKey()}","userId":"${userId}","model":"gpt-4o","promptTokens":1000,"maxCompletionTokens":200${more}}`;
  const answer = await connection.post(reserveBody(input));
  const id = /"ALLOWED"\},"reservation":\{"id":"([^"]+)"/.exec(answer)?.[1];
  if (id === undefined) throw new Error(`Not reserved: ${answer}`);
  return id;
}

async function cycle(connection: HttpConnection, slot: Slot): Promise<number> {
  const { userId, model, promptTokens, completionTokens } = call(slot);
  const id = await reserve(connection, userId);
  const input = `{"idempotencyKey":"${newKey()}","reservationId":"${id}","model":"${model}","promptTokens":${promptTokens},"completionTokens":${completionTokens}}`;
  const answer = await connection.post(settleBody(input));
  if (!answer.includes('"settled":true')) throw new Error(`Not settled: ${answer}`);
  return 1;
}

/** Each answer is looked at: a refusal, or a record that was there already, is no throughput. */
function httpWorker(slot: HttpSlot): Worker {
  const connection = new HttpConnection(new URL(slot.url), slot.key);
  const one = async () => {
    const answer = await connection.post(recordBody(textOf(call(slot))));
    if (!answer.includes('"replayed":false') || !answer.includes('"cost":"0.00'))
      throw new Error(`Not recorded: ${answer}`);
    return 1;
  };
  const many = async () => {
    const items = Array.from({ length: slot.batchSize }, () => call(slot));
    const answer = await connection.post(batchBody(JSON.stringify({ items })));
    const written = answer.split('"replayed":false').length - 1;
    if (written !== items.length) throw new Error(`Only ${written} were recorded: ${answer.slice(0, 500)}`);
    return written;
  };
  // Not so soon over that an expiry could take the CPU of a later round.
  const hold = async () => {
    await reserve(connection, call(slot).userId, ',"ttlSeconds":86400');
    return 1;
  };
  const work = {
    record: one,
    batch: many,
    cycle: () => cycle(connection, slot),
    reserve: hold,
  };
  return {
    open: () => connection.open(),
    work: work[slot.kind],
    close: async () => connection.close(),
  };
}

function workerOf(slot: Slot): Worker {
  switch (slot.kind) {
    case 'rows':
      return new RowClient(slot);
    case 'lockedCycle':
    case 'lockedReserve':
      return new LockClient(slot);
    case 'record':
    case 'batch':
    case 'cycle':
    case 'reserve':
      return httpWorker(slot);
    case 'laneCycle':
    case 'event':
    case 'health':
      throw new Error(`${slot.kind} is the work of another process.`);
  }
}

answerSlots(workerOf);
