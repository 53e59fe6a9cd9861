/**
 * The load generator: a process of its own, so that its work is never taken for the server's. It is given slots by the
 * parent process and answers each with what it measured.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { newKey } from './new-key.js';
import { HttpConnection } from './http-connection.js';
import { RowClient } from './row-client.js';
import type { HttpSlot, Slot, SlotResult } from './slot.js';

/** What one of the clients of a slot does again and again. */
interface Worker {
  open(): Promise<void>;
  /** How many records were written. */
  work(): Promise<number>;
  close(): Promise<void>;
}

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

async function reserve(connection: HttpConnection, userId: string): Promise<string> {
  const input = `{"idempotencyKey":"${newKey()}","userId":"${userId}","model":"gpt-4o","promptTokens":1000,"maxCompletionTokens":200}`;
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
  const work = {
    record: one,
    batch: many,
    cycle: () => cycle(connection, slot),
  };
  return {
    open: () => connection.open(),
    work: work[slot.kind],
    close: async () => connection.close(),
  };
}

function workerOf(slot: Slot): Worker {
  return slot.kind === 'rows' ? new RowClient(slot) : httpWorker(slot);
}

async function run(slot: Slot): Promise<SlotResult> {
  const workers = Array.from({ length: slot.clients }, () => workerOf(slot));
  await Promise.all(workers.map((worker) => worker.open()));
  const latencies: number[] = [];
  let records = 0;
  const begin = performance.now();
  const end = begin + slot.seconds * 1000;
  await Promise.all(
    workers.map(async (worker) => {
      for (let sent = performance.now(); sent < end;) {
        const written = await worker.work();
        records += written;
        const answered = performance.now();
        latencies.push(answered - sent);
        sent = answered;
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  await Promise.all(workers.map((worker) => worker.close()));
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { requests: latencies.length, records, seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

process.on('message', (slot: Slot) => {
  run(slot).then(
    (result) => process.send?.({ result }),
    async (error: unknown) => {
      process.send?.({ error: error instanceof Error ? error.message : String(error) });
      await wait(100);
      process.exit(1);
    },
  );
});
