/**
 * The one way to make a log: lines of JSON, each with the id of the request that it is about. What is logged has no way to
 * bring along what people sent: only fields that are known are written, an error is its kind, its code and where it was
 * thrown, and what still looks like a secret is taken out of the line.
 */
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { requestId } from './request-id.js';
import { scrubLine } from './scrub.js';

/** Ids, counts, names of our own, and words of ours. */
const FIELDS = new Set([
  ...['requestId', 'organizationId', 'id', 'subscription', 'payment', 'refund', 'event', 'ref'],
  ...['kind', 'processor', 'source', 'reason', 'failure', 'count', 'signal', 'origin', 'message'],
]);

const LEFT_OUT = '[left out]';

/** What PostgreSQL and Node say of an error beside its message, without the values that it was about. */
const SAID = [
  'code',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'hint',
  'syscall',
  'address',
  'port',
];

/** Errors inside of errors that are told. */
const MOST_LEVELS = 5;

/** @param destination where lines go; stdout unless said */
export function openLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    mixin: () => ({ requestId: requestId() }),
    formatters: { log: knownFields },
    // Ours comes first: it knows every error, whatever it is called.
    serializers: { err: (told: unknown) => told },
    hooks: { streamWrite: scrubLine },
  };
  return destination ? pino(options, destination) : pino(options);
}

function knownFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (name === 'err' || value instanceof Error) return [name, toldError(value, MOST_LEVELS)];
      const isPlain = typeof value !== 'object' && typeof value !== 'function';
      return [name, FIELDS.has(name) && isPlain ? value : LEFT_OUT];
    }),
  );
}

function toldError(error: unknown, levels: number): unknown {
  if (!(error instanceof Error)) return { type: typeof error, message: typeof error === 'string' ? error : LEFT_OUT };
  const said = SAID.flatMap((name) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
  });
  const inner: unknown = error instanceof AggregateError ? error.errors : undefined;
  return {
    type: error.constructor.name,
    message: messageOf(error),
    ...(Object.fromEntries(said) as object),
    ...whereOf(error),
    // Its first lines would be the message once more.
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    ...(levels > 0 && error.cause !== undefined && { cause: toldError(error.cause, levels - 1) }),
    ...(levels > 0 && Array.isArray(inner) && { errors: inner.map((one) => toldError(one, levels - 1)) }),
  };
}

/**
 * Of the database the first line: MikroORM adds the detail to it, which is the row. What it could not read as a value
 * (class 22) stands in quotes.
 */
function messageOf(error: Error): string {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  if (typeof code !== 'string' || severity === undefined) return error.message;
  const [first = ''] = error.message.split('\n', 1);
  return code.startsWith('22') ? first.replace(/".*"/, '"…"') : first;
}

/** The functions that it was in: the other lines quote statements, and what they were given. */
function whereOf(error: Error): { where?: string } {
  const where: unknown = Reflect.get(error, 'where');
  if (typeof where !== 'string') return {};
  const functions = where.split('\n').flatMap((line) => /^PL\/pgSQL function [\w.]+/.exec(line)?.[0] ?? []);
  return { where: functions.join('\n') };
}
