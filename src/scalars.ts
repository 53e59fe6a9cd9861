/** The scalars of the API that GraphQL itself does not have. */
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';
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
  description: `An exact amount, of US dollars unless the field says of what, as a JSON string with up to 12 decimal places, such as "0.0035". A number literal is refused, because it may have lost digits already.`,
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

const QUANTITY_FORM = 'A Quantity is a JSON number, or a string of at most 40 characters.';
const MAX_QUANTITY_TEXT = 40;

function parseQuantityText(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string' && value.length <= MAX_QUANTITY_TEXT) return value;
  throw new GraphQLError(QUANTITY_FORM);
}

/**
 * Kept as its text, which is not looked at here: what is right depends on the unit, and what a scalar refuses fails the
 * whole request, where of a batch only the one item may fail. Whoever takes it reads it with `parseQuantity`.
 */
export const QuantityScalar = new GraphQLScalarType<string, string | number>({
  name: 'Quantity',
  description: `How much of a unit: 0 to 9007199254740991 (2^53-1), as a JSON integer or a string of digits. Durations are seconds with up to 6 decimal places. Anything else is BAD_USER_INPUT, of a batch for that item alone. Answered as a number where it is whole, else as a string; that of a reversal is negative.`,
  serialize: (value) => {
    const text = String(value);
    return /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
  },
  parseValue: parseQuantityText,
  parseLiteral: (node: ValueNode) =>
    node.kind === Kind.INT || node.kind === Kind.FLOAT || node.kind === Kind.STRING
      ? parseQuantityText(node.value)
      : parseQuantityText(undefined),
});

/** Any JSON, as sent. */
export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value, such as the body of a provider’s response. Send it as a variable.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node: ValueNode, variables) => valueFromASTUntyped(node, variables),
});

const LOCAL_DATE_FORM = 'A LocalDate is a day of the calendar such as "2026-01-31".';

function parseLocalDate(value: unknown): string {
  if (typeof value !== 'string' || !/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(value)) wrong(LOCAL_DATE_FORM);
  const day = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== value) wrong(LOCAL_DATE_FORM);
  return value;
}

/** Kept as its text: a day of a calendar is no instant. */
export const LocalDateScalar = new GraphQLScalarType<string, string>({
  name: 'LocalDate',
  description:
    'A day of the calendar in the organization\'s zone, such as "2026-01-31". It begins and ends with that zone\'s midnights.',
  serialize: parseLocalDate,
  parseValue: parseLocalDate,
  parseLiteral: (node: ValueNode) => parseLocalDate(node.kind === Kind.STRING ? node.value : undefined),
});
