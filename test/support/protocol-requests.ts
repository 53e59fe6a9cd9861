/** What a command means now: what is sent, and what the model makes of the same. */
import type { ReserveBudgetInput } from './generated/operations.js';
import type { Command, HoldItem, ModelName, Spender } from './protocol-commands.js';
import type { ProtocolDoor } from './protocol-door.js';
import { check, extend, release, reservationSaid, reserve, type HoldAsk, type Said } from './protocol-hold.js';
import { CENT, type Books, type Path } from './protocol-model.js';
import { settingOf } from './protocol-settings.js';
import { deduct, record, statusSaid } from './protocol-usage.js';

export interface Request {
  send(door: ProtocolDoor): Promise<Said>;
  apply(books: Books): Said;
  /** The reservation that it has in hand and may leave as it is. */
  readonly locks?: number;
  /** The same with another key or other content, where it has a key. */
  again?(isChanged: boolean): Request;
}

/** What a run has done so far, as far as later commands refer to it. */
export interface History {
  /** The last step of the clock. */
  readonly stepAt: number;
  readonly door: ProtocolDoor;
  readonly keyed: Request[];
  readonly holds: { readonly key: string; readonly item: HoldItem }[];
  keys: number;
}

/** pico-USD of a prompt token and of a completion token. */
const PRICES: Readonly<Record<ModelName, { readonly prompt: bigint; readonly completion: bigint } | null>> = {
  'gpt-4o': { prompt: 2_500_000n, completion: 10_000_000n },
  'claude-sonnet-4-5': { prompt: 3_000_000n, completion: 15_000_000n },
  'nobody-knows-it': null,
};
/** Of `gpt-4o` these are a cent. */
const TOKENS_PER_CENT = 4_000;

const text = (cents: number) => (cents / 100).toFixed(2);
const resolved = (model: ModelName | null) => (model !== null && PRICES[model] ? model : null);
const contentOf = (type: string, input: object) => JSON.stringify([type, { ...input, idempotencyKey: undefined }]);

function nameOfSpender({ who, run }: Spender): { userId?: string; teamId?: string; runId?: string } {
  const name = who === 'organization' ? {} : who === 'red' ? { teamId: who } : { userId: who };
  return run === null ? name : { ...name, runId: run };
}

function pathOf({ teamOf }: Books, { who, run }: Spender): Path {
  if (who === 'organization') return { run, user: null, team: null };
  return who === 'red' ? { run, user: null, team: who } : { run, user: who, team: teamOf.get(who) ?? null };
}

export function requestOf(command: Command, books: Books, history: History): Request | undefined {
  const among = (pick: number) => (books.reservations.length > 0 ? pick % books.reservations.length : undefined);
  switch (command.type) {
    case 'reserve':
      return reserving(history, command.items);
    case 'replay':
      return history.keyed[command.pick % history.keyed.length]?.again?.(command.isChanged);
    case 'extend': {
      const number = among(command.pick);
      return number === undefined ? undefined : keyed(history, (key) => extending(history, key, number, command));
    }
    case 'settle': {
      const number = among(command.pick);
      return number === undefined
        ? undefined
        : keyed(history, (key) => recording(history, key, { ...command, number }));
    }
    case 'record':
      return keyed(history, (key) => recording(history, key, { ...command, number: null }));
    case 'deduct':
      return keyed(history, (key) => deducting(history, key, command));
    case 'release':
    case 'look': {
      const number = among(command.pick);
      return number === undefined ? undefined : ending(command.type, number);
    }
    case 'setBudget':
    case 'changeBudget':
    case 'deleteBudget':
    case 'disable':
    case 'move':
      return settingOf(command, books);
    case 'check':
      return checking(command.spender, command.cents, command.model);
    case 'status':
      return everyStatus;
    case 'advance':
      return undefined;
  }
}

/** Kept, so that a later command can send it again by its key. */
function keyed(history: History, make: (key: string) => Request): Request {
  const request = make(`k${(history.keys += 1)}`);
  history.keyed.push(request);
  return request;
}

function reserving(history: History, items: readonly HoldItem[]): Request {
  const asked = items.map((item) => {
    const old = item.reuse === null ? undefined : history.holds[item.reuse % history.holds.length];
    const key = old?.key ?? `k${(history.keys += 1)}`;
    // Every second key that comes again says the same again.
    const one = { key, item: old && (item.reuse ?? 0) % 2 === 0 ? old.item : item };
    history.holds.push(one);
    return one;
  });
  const requests = asked.map(({ key, item }) => holding(key, item));
  history.keyed.push(...requests);
  const [only] = requests;
  if (requests.length === 1 && only) return only;
  return {
    send: (door) => door.reserveBatch(asked.map(({ key, item }) => inputOf(key, item))),
    apply: (books) => ({
      items: reserve(
        books,
        asked.map(({ key, item }) => askOf(books, key, item)),
      ),
    }),
  };
}

function holding(key: string, item: HoldItem): Request {
  return {
    send: (door) => door.reserve(inputOf(key, item)),
    apply: (books) => reserve(books, [askOf(books, key, item)])[0] ?? {},
    again: (isChanged) => holding(key, isChanged ? { ...item, cents: item.cents + 1 } : item),
  };
}

const isByTokens = ({ byTokens, model, cents }: HoldItem) => byTokens && model !== null && cents > 0;

function inputOf(idempotencyKey: string, item: HoldItem): ReserveBudgetInput {
  const { spender, cents, model, ttlSeconds } = item;
  const tokens = { promptTokens: (cents * TOKENS_PER_CENT) / 2, maxCompletionTokens: (cents * TOKENS_PER_CENT) / 8 };
  const asked = isByTokens(item) ? tokens : { amount: text(cents) };
  return { idempotencyKey, ...nameOfSpender(spender), model: model ?? undefined, ...asked, ttlSeconds };
}

function askOf(books: Books, key: string, item: HoldItem): HoldAsk {
  const { spender, cents, ttlSeconds } = item;
  const input = inputOf(key, item);
  const price = item.model === null ? null : PRICES[item.model];
  const [model, ttlMs] = [resolved(item.model), ttlSeconds * 1000];
  const common = { key, content: contentOf('reserve', input), path: pathOf(books, spender), model, ttlMs };
  if (!isByTokens(item)) return { ...common, amount: BigInt(cents) * CENT };
  if (!price) return { ...common, amount: null };
  const most = BigInt((cents * TOKENS_PER_CENT) / 8);
  const prompt = BigInt((cents * TOKENS_PER_CENT) / 2) * price.prompt;
  return { ...common, amount: prompt + most * price.completion, tokens: { prompt, each: price.completion, most } };
}

function extending(
  { door }: History,
  key: string,
  number: number,
  { cents, ttlSeconds }: { readonly cents: number; readonly ttlSeconds: number | null },
): Request {
  const amount = BigInt(cents) * CENT;
  const ttlMs = ttlSeconds === null ? null : ttlSeconds * 1000;
  const input = { idempotencyKey: key, reservationId: door.reservationId(number), amount: text(cents), ttlSeconds };
  const content = contentOf('extend', input);
  return {
    locks: number,
    send: () => door.extend(input),
    apply: (books) => extend(books, { key, content, reservation: number, amount, ttlMs }),
    again: (isChanged) =>
      extending({ door } as History, key, number, { cents: isChanged ? cents + 1 : cents, ttlSeconds }),
  };
}

interface Call {
  readonly spender?: Spender;
  readonly number: number | null;
  readonly cents: number;
  readonly model: ModelName;
  readonly at: number | null;
}

function recording(history: History, key: string, call: Call): Request {
  const { door, stepAt } = history;
  const { cents, model, number } = call;
  const tokens = cents * TOKENS_PER_CENT;
  const price = PRICES[model];
  const at = call.at === null ? null : stepAt + call.at;
  const input = {
    idempotencyKey: key,
    ...(call.spender && nameOfSpender(call.spender)),
    model,
    promptTokens: tokens,
    occurredAt: at === null ? undefined : new Date(at).toISOString(),
    reservationId: number === null ? undefined : door.reservationId(number),
  };
  const content = contentOf('record', input);
  const charge = price && BigInt(tokens) * price.prompt;
  const nobody = { run: null, user: null, team: null };
  return {
    send: () => door.record(input),
    apply: (books) => {
      const path = call.spender ? pathOf(books, call.spender) : nobody;
      return record(books, { key, content, path, model: resolved(model), charge, at, reservation: number });
    },
    again: (isChanged) => recording(history, key, { ...call, cents: isChanged ? cents + 1 : cents }),
  };
}

function deducting(history: History, key: string, call: Extract<Command, { type: 'deduct' }>): Request {
  const { spender, cents, onlyIfFits } = call;
  const at = call.at === null ? null : history.stepAt + call.at;
  const occurredAt = at === null ? undefined : new Date(at).toISOString();
  const input = { idempotencyKey: key, ...nameOfSpender(spender), amount: text(cents), onlyIfFits, occurredAt };
  const [content, charge] = [contentOf('deduct', input), BigInt(cents) * CENT];
  return {
    send: (door) => door.deduct(input),
    apply: (books) => {
      const path = pathOf(books, spender);
      return deduct(books, { key, content, path, model: null, charge, at, reservation: null, onlyIfFits });
    },
    again: (isChanged) => deducting(history, key, { ...call, cents: isChanged ? cents + 1 : cents }),
  };
}

function ending(type: 'release' | 'look', number: number): Request {
  if (type === 'release') return { send: (door) => door.release(number), apply: (books) => release(books, number) };
  return {
    send: (door) => door.look(number),
    apply: (books) => ({ reservation: reservationSaid(books, number) }),
  };
}

function checking(spender: Spender, cents: number, model: ModelName | null): Request {
  const input = { ...nameOfSpender(spender), amount: text(cents), model: model ?? undefined };
  const amount = BigInt(cents) * CENT;
  return {
    send: (door) => door.check(input),
    apply: (books) => check(books, { path: pathOf(books, spender), model: resolved(model), amount }),
  };
}

/** A run that has no account yet is answered as if it were nobody's. */
export const everyStatus: Request = {
  send: (door) => door.statuses(),
  apply: (books) => {
    const teamOf = (user: string | null | undefined) => (user == null ? null : (books.teamOf.get(user) ?? null));
    const user = (name: string) => statusSaid(books, { run: null, user: name, team: teamOf(name) });
    const team = (name: string) => statusSaid(books, { run: null, user: null, team: name });
    const run = (name: string) => {
      const owner = books.runs.get(name) ?? null;
      return statusSaid(books, { run: books.runs.has(name) ? name : null, user: owner, team: teamOf(owner) });
    };
    const organization = statusSaid(books, { run: null, user: null, team: null });
    const users = { ada: user('ada'), bob: user('bob'), cy: user('cy') };
    return { organization, ...users, red: team('red'), blue: team('blue'), r1: run('r1'), r2: run('r2') };
  },
};
