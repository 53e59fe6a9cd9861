/** Goes through all that is of people and encrypts anew what is not as it should be. What was done stays, whoever dies. */
import type { EntityProperty, MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { BLIND, SEALED, partsOf } from './cipher.js';
import { readPage, replaceRows, sealedTableOf, type SealedTable, type StoredRow, type Texts } from './reseal.sql.js';
import { BlindText, SealedColumn } from './sealed-column.js';
import { sealedBy, type Sealer } from './sealer.js';

const PAGE_SIZE = 500;

/** A stored value as it is to be; the same where it is right. */
type Reseal = (type: SealedColumn | BlindText, stored: string) => string;

export class Resealing {
  readonly #tables: readonly SealedTable[];

  constructor(
    orm: MikroORM,
    private readonly pool: Pool,
    private readonly sealer: Sealer,
  ) {
    this.#tables = [...orm.getMetadata().getAll().values()]
      .map((meta) => sealedTableOf(meta, (property) => typeOf(property) !== undefined))
      .filter(({ columns }) => columns.length > 0);
  }

  /**
   * What was encrypted by other keys.
   * @returns how many rows there were
   */
  reseal(keyIds: readonly string[], isGivenUp: () => boolean): Promise<number> {
    const prefixes = keyIds.map(sealedBy);
    const isOld = (stored: string) => prefixes.some((prefix) => stored.startsWith(prefix));
    return this.#replace(isGivenUp, (type, stored) =>
      type instanceof SealedColumn && isOld(stored)
        ? type.sealed(this.sealer, this.sealer.open(type.place, stored))
        : stored,
    );
  }

  /** What is from before there was encryption. */
  async sealPlain(): Promise<void> {
    await this.#replace(
      () => false,
      (type, stored) => {
        if (type instanceof BlindText) {
          return stored.startsWith(BLIND) ? stored : this.sealer.blind('fingerprint', stored);
        }
        return stored.startsWith(SEALED) && partsOf(stored) ? stored : type.sealed(this.sealer, stored);
      },
    );
  }

  async #replace(isGivenUp: () => boolean, reseal: Reseal): Promise<number> {
    let count = 0;
    for (const table of this.#tables) {
      let last: Texts | undefined;
      do {
        const rows = await readPage(this.pool, table, last, PAGE_SIZE);
        const changed = rows.map((row) => resealed(table, row, reseal)).filter(({ isChanged }) => isChanged);
        await replaceRows(this.pool, table, changed);
        count += changed.length;
        last = rows.length < PAGE_SIZE ? undefined : rows.at(-1)?.key;
      } while (last && !isGivenUp());
    }
    return count;
  }
}

function resealed(table: SealedTable, row: StoredRow, reseal: Reseal) {
  const resealed = row.values.map((stored, n) => {
    const property = table.columns[n]?.property;
    const type = property && typeOf(property);
    return stored === null || !type ? stored : reseal(type, stored);
  });
  return { ...row, resealed, isChanged: resealed.some((text, n) => text !== row.values[n]) };
}

function typeOf({ customType }: EntityProperty): SealedColumn | BlindText | undefined {
  return customType instanceof SealedColumn || customType instanceof BlindText ? customType : undefined;
}
