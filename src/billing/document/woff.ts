/**
 * Takes a font out of a file of WOFF 1.0. The PDF library reads such files too, but inflates a table each time it looks at
 * it: seconds for a large one.
 */
import { inflateSync } from 'node:zlib';

const HEADER_BYTES = 44;
const ENTRY_BYTES = 20;
const FONT_HEADER_BYTES = 12;
const FONT_ENTRY_BYTES = 16;
const ALIGNMENT = 4;

interface Table {
  readonly tag: number;
  readonly checksum: number;
  readonly data: Buffer;
}

/** @param without the tags of tables that are left out */
export function fontInWoff(woff: Buffer, without: readonly string[]): Buffer {
  const left = new Set(without.map((tag) => Buffer.from(tag, 'latin1').readUInt32BE()));
  const tables = Array.from({ length: woff.readUInt16BE(12) }, (_, place) =>
    tableAt(woff, HEADER_BYTES + place * ENTRY_BYTES),
  ).filter(({ tag }) => !left.has(tag));
  const directory = Buffer.alloc(FONT_HEADER_BYTES + FONT_ENTRY_BYTES * tables.length);
  const power = 2 ** Math.floor(Math.log2(tables.length));
  directory.writeUInt32BE(woff.readUInt32BE(4));
  directory.writeUInt16BE(tables.length, 4);
  directory.writeUInt16BE(power * FONT_ENTRY_BYTES, 6);
  directory.writeUInt16BE(Math.log2(power), 8);
  directory.writeUInt16BE((tables.length - power) * FONT_ENTRY_BYTES, 10);
  const parts: Uint8Array[] = [directory];
  let offset = directory.length;
  tables.forEach(({ tag, checksum, data }, place) => {
    const at = FONT_HEADER_BYTES + FONT_ENTRY_BYTES * place;
    [tag, checksum, offset, data.length].forEach((value, field) => directory.writeUInt32BE(value, at + 4 * field));
    const padding = new Uint8Array((ALIGNMENT - (data.length % ALIGNMENT)) % ALIGNMENT);
    parts.push(data, padding);
    offset += data.length + padding.length;
  });
  return Buffer.concat(parts);
}

/** @param at where its entry is in the directory */
function tableAt(woff: Buffer, at: number): Table {
  const field = (place: number) => woff.readUInt32BE(at + 4 * place);
  const [tag, offset, packed, length, checksum] = [field(0), field(1), field(2), field(3), field(4)];
  const stored = woff.subarray(offset, offset + packed);
  return { tag, checksum, data: packed === length ? stored : inflateSync(stored) };
}
