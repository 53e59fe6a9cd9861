/**
 * PostgreSQL arrays in its binary format for the hot path, one column of a batch each. `pg` sends a Buffer as it is, so
 * nothing has to be quoted here, nor parsed there: array literals, made as lean as they can be, took twice the time.
 *
 * The layouts are those of PostgreSQL's receive functions: array_recv, text_recv, jsonb_recv, bytea_recv, uuid_recv,
 * date_recv, timestamptz_recv, boolrecv, int8recv, numeric_recv.
 */

type Read<Row, Value> = (row: Row) => Value | null;

/** Writes a value at an offset and answers with the offset after it. */
type Write<Value> = (value: Value, at: number) => number;

const HEADER_BYTES = 20;
const OID = {
  bool: 16,
  bytea: 17,
  bigint: 20,
  text: 25,
  date: 1082,
  timestamptz: 1184,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
};

/** A character of UTF-16 has at most so many bytes in UTF-8. */
const BYTES_PER_UNIT = 3;

/** What PostgreSQL counts instants from, in ms, and days from. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;
const TWO_TO_32 = 2 ** 32;

let scratch = Buffer.allocUnsafe(1 << 16);

/** Up to so many characters a loop here is faster than a call into the engine. */
const SHORT_TEXT = 24;

const DASH = '-'.charCodeAt(0);

/** The value of a hex digit by its character code; of others more than any has. */
const NO_DIGIT = 0xff;
const NIBBLES = new Uint8Array(128).fill(NO_DIGIT);
for (const digit of '0123456789abcdefABCDEF') NIBBLES[digit.charCodeAt(0)] = Number.parseInt(digit, 16);

export function textArray<Row>(rows: readonly Row[], read: Read<Row, string>): Buffer {
  return arrayOf(OID.text, rows, read, writeText);
}

/** Of JSON as text. */
export function jsonbArray<Row>(rows: readonly Row[], read: Read<Row, string>): Buffer {
  return arrayOf(OID.jsonb, rows, read, writeJsonb);
}

/** Of bytea, given in hex. */
export function bytesArray<Row>(rows: readonly Row[], read: Read<Row, string>): Buffer {
  return arrayOf(OID.bytea, rows, read, writeHex);
}

export function uuidArray<Row>(rows: readonly Row[], read: Read<Row, string>): Buffer {
  return arrayOf(OID.uuid, rows, read, writeUuid);
}

export function booleanArray<Row>(rows: readonly Row[], read: Read<Row, boolean>): Buffer {
  return arrayOf(OID.bool, rows, read, writeBoolean);
}

/** Of dates as YYYY-MM-DD. */
export function dateArray<Row>(rows: readonly Row[], read: Read<Row, string>): Buffer {
  return arrayOf(OID.date, rows, read, writeDate);
}

export function instantArray<Row>(rows: readonly Row[], read: Read<Row, Date>): Buffer {
  return arrayOf(OID.timestamptz, rows, read, writeInstant);
}

/** Of whole numbers of 64 bits. */
export function bigintArray<Row>(rows: readonly Row[], read: Read<Row, bigint>): Buffer {
  return arrayOf(OID.bigint, rows, read, writeBigint);
}

/** Of whole numbers of any size. */
export function numericArray<Row>(rows: readonly Row[], read: Read<Row, bigint>): Buffer {
  return arrayOf(OID.numeric, rows, read, writeNumeric);
}

function arrayOf<Row, Value>(oid: number, rows: readonly Row[], read: Read<Row, Value>, write: Write<Value>): Buffer {
  let at = HEADER_BYTES;
  let hasNull = false;
  for (const row of rows) {
    const value = read(row);
    room(at, 4);
    const begin = at + 4;
    if (value === null) {
      hasNull = true;
      scratch.writeInt32BE(-1, at);
      at = begin;
    } else {
      const end = write(value, begin);
      scratch.writeInt32BE(end - begin, at);
      at = end;
    }
  }
  scratch.writeInt32BE(rows.length > 0 ? 1 : 0, 0);
  scratch.writeInt32BE(hasNull ? 1 : 0, 4);
  scratch.writeInt32BE(oid, 8);
  scratch.writeInt32BE(rows.length, 12);
  scratch.writeInt32BE(1, 16);
  const length = rows.length > 0 ? at : 12;
  const array = Buffer.allocUnsafe(length);
  scratch.copy(array, 0, 0, length);
  return array;
}

function room(at: number, bytes: number): void {
  if (at + bytes <= scratch.length) return;
  const larger = Buffer.allocUnsafe((at + bytes) * 2);
  scratch.copy(larger);
  scratch = larger;
}

function writeText(text: string, at: number): number {
  room(at, text.length * BYTES_PER_UNIT);
  if (text.length > SHORT_TEXT) return at + scratch.write(text, at);
  for (let n = 0; n < text.length; n += 1) {
    const code = text.charCodeAt(n);
    if (code > 0x7f) return at + scratch.write(text, at);
    scratch[at + n] = code;
  }
  return at + text.length;
}

function writeJsonb(json: string, at: number): number {
  room(at, 1);
  scratch[at] = 1;
  return writeText(json, at + 1);
}

function writeHex(hex: string, at: number): number {
  room(at, hex.length);
  return at + scratch.write(hex, at, 'hex');
}

function writeUuid(uuid: string, at: number): number {
  room(at, 16);
  let to = at;
  for (let n = 0; n < uuid.length; n += 2) {
    if (uuid.charCodeAt(n) === DASH) n += 1;
    const high = NIBBLES[uuid.charCodeAt(n)] ?? NO_DIGIT;
    const low = NIBBLES[uuid.charCodeAt(n + 1)] ?? NO_DIGIT;
    if (high === NO_DIGIT || low === NO_DIGIT) throw new Error('A uuid has a character that is no hex digit.');
    scratch[to] = (high << 4) | low;
    to += 1;
  }
  return to;
}

function writeBoolean(value: boolean, at: number): number {
  room(at, 1);
  scratch[at] = value ? 1 : 0;
  return at + 1;
}

function writeDate(date: string, at: number): number {
  room(at, 4);
  return scratch.writeInt32BE((Date.parse(date) - EPOCH_MS) / DAY_MS, at);
}

function writeInstant(instant: Date, at: number): number {
  room(at, 8);
  const microseconds = (instant.getTime() - EPOCH_MS) * 1000;
  const high = Math.floor(microseconds / TWO_TO_32);
  scratch.writeInt32BE(high, at);
  return scratch.writeUInt32BE(microseconds - high * TWO_TO_32, at + 4);
}

function writeBigint(value: bigint, at: number): number {
  room(at, 8);
  return scratch.writeBigInt64BE(value, at);
}

/** Digits to the base 10,000, the first of them the highest. */
function writeNumeric(value: bigint, at: number): number {
  const digits = (value < 0n ? -value : value).toString();
  const count = value === 0n ? 0 : Math.ceil(digits.length / 4);
  room(at, 8 + count * 2);
  scratch.writeInt16BE(count, at);
  scratch.writeInt16BE(Math.max(count - 1, 0), at + 2);
  scratch.writeUInt16BE(value < 0n ? 0x4000 : 0, at + 4);
  scratch.writeInt16BE(0, at + 6);
  for (let n = 0; n < count; n += 1) {
    const end = digits.length - (count - 1 - n) * 4;
    scratch.writeInt16BE(Number(digits.slice(Math.max(end - 4, 0), end)), at + 8 + n * 2);
  }
  return at + 8 + count * 2;
}
