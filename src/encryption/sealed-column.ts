/**
 * Columns that are encrypted. Each encryption of a text is another ciphertext, so what is stored is compared by what it
 * says: a row that nobody changed is not written again.
 */
import { Type, type EntityProperty, type Platform, type TransformContext } from '@mikro-orm/core';
import { BLIND } from './cipher.js';
import { sealerOf, type Sealer } from './sealer.js';

type Stored = string | null | undefined;

abstract class TextColumn<Value> extends Type<Value, Stored> {
  /** What was read is kept as it was read. */
  override ensureComparable(): boolean {
    return false;
  }

  override compareAsType(): string {
    return 'string';
  }

  override getColumnType(): string {
    return 'text';
  }
}

export abstract class SealedColumn extends TextColumn<unknown> {
  override convertToDatabaseValue(value: unknown, platform: Platform, context?: TransformContext): Stored {
    if (value === null || value === undefined) return value;
    if (context?.mode === 'query') throw new Error(`${this.place} is encrypted: it is found by its index alone.`);
    return this.sealed(sealerOf(platform), this.textOf(value));
  }

  override convertToJSValue(value: Stored, platform: Platform): unknown {
    return value === null || value === undefined ? value : this.fromText(sealerOf(platform).open(this.place, value));
  }

  override compareValues(one: unknown, other: unknown): boolean {
    return typeof one === 'string' && typeof other === 'string' && this.#opened(one) === this.#opened(other);
  }

  get place(): string {
    return placeOf(this.meta?.tableName, this.prop);
  }

  sealed(sealer: Sealer, text: string): string {
    return sealer.seal(this.place, text);
  }

  protected textOf(value: unknown): string {
    if (typeof value !== 'string') throw new Error(`${this.place} holds texts.`);
    return value;
  }

  protected fromText(text: string): unknown {
    return text;
  }

  #opened(stored: string): string {
    if (!this.platform) throw new Error(`${this.place} is of no database.`);
    return sealerOf(this.platform).open(this.place, stored);
  }
}

export class SealedText extends SealedColumn {}

export class SealedJson extends SealedColumn {
  protected override textOf(value: unknown): string {
    return JSON.stringify(value);
  }

  protected override fromText(text: string): unknown {
    return JSON.parse(text);
  }
}

/** Looked up by its value: PostgreSQL keeps its blind index in a column of its own, which is a `RefIndex`. */
export class SealedRef extends SealedColumn {
  override sealed(sealer: Sealer, text: string): string {
    return sealer.sealRef(this.place, text);
  }
}

/** The blind index of a `SealedRef`. A condition names the value itself. */
export class RefIndex extends TextColumn<string | null> {
  override convertToDatabaseValue(value: Stored, platform: Platform, context?: TransformContext): Stored {
    if (context?.mode !== 'query' || value === null || value === undefined) return value;
    return sealerOf(platform).refIndex(value);
  }
}

/** How PostgreSQL takes the index from the ciphertext. */
export const indexOfRef = (column: string) => `(NULLIF(split_part(${column}, ':'::text, 4), ''::text)) stored`;

/** Compared and never shown: only what `Sealer.blind` made of it is there. */
export class BlindText extends TextColumn<string | null> {
  override convertToDatabaseValue(value: Stored): Stored {
    if (typeof value === 'string' && !value.startsWith(BLIND)) throw new Error('What is to be blind is not.');
    return value;
  }
}

function placeOf(table: string | undefined, property: EntityProperty | undefined): string {
  const column = property?.fieldNames[0];
  if (table === undefined || column === undefined) throw new Error('A column is of a table.');
  return `${table}.${column}`;
}
