/** The scalars of the API that GraphQL itself does not have. */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { formatUsd, parseUsd, type PicoUsd } from './money.js';

function wrong(message: string): never {
  throw new GraphQLError(message);
}

const DECIMAL_FORM =
  'A Decimal is a JSON string with at most 26 digits before and 12 after the point, such as "0.0035".';

function parseDecimal(value: unknown): PicoUsd {
  if (typeof value !== 'string') wrong(DECIMAL_FORM);
  return parseUsd(value) ?? wrong(DECIMAL_FORM);
}

/** USD on the wire; pico-USD inside. */
export const DecimalScalar = new GraphQLScalarType<PicoUsd, string>({
  name: 'Decimal',
  description: `An exact amount in US dollars as a JSON string with up to 12 decimal places, such as "0.0035". A number literal is refused, because it may have lost digits already.`,
  serialize: (value) => (typeof value === 'bigint' ? formatUsd(value) : wrong('A Decimal must be pico-USD.')),
  parseValue: parseDecimal,
  parseLiteral: (node: ValueNode) => (node.kind === Kind.STRING ? parseDecimal(node.value) : wrong(DECIMAL_FORM)),
});

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;
const INSTANT_FORM = 'A DateTime is an RFC 3339 instant such as "2026-01-31T12:00:00Z".';

function parseInstant(value: unknown): Date {
  if (typeof value !== 'string' || !INSTANT.test(value)) wrong(INSTANT_FORM);
  const day = Number(value.slice(8, 10));
  const instant = new Date(value);
  const monthLength = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate();
  if (Number.isNaN(instant.getTime()) || day > monthLength) wrong(INSTANT_FORM);
  return instant;
}

export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'An instant: RFC 3339 text, answered in UTC with milliseconds, such as "2026-01-31T12:00:00.000Z". Finer digits of an input are dropped.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : wrong('A DateTime must be a Date.')),
  parseValue: parseInstant,
  parseLiteral: (node: ValueNode) => (node.kind === Kind.STRING ? parseInstant(node.value) : wrong(INSTANT_FORM)),
});
