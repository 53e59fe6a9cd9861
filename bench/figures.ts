/** Medians with their spread, tables, and what must hold of them. */
export class Series {
  readonly #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
    this.#values.sort((a, b) => a - b);
  }

  get median(): number {
    const { length } = this.#values;
    return ((this.#values[(length - 1) >> 1] ?? Number.NaN) + (this.#values[length >> 1] ?? Number.NaN)) / 2;
  }

  get least(): number {
    return this.#values[0] ?? Number.NaN;
  }

  get most(): number {
    return this.#values.at(-1) ?? Number.NaN;
  }

  toJSON() {
    return { median: this.median, least: this.least, most: this.most };
  }
}

/** Something that must hold, with what was seen. */
export interface Floor {
  readonly says: string;
  readonly seen: number;
  readonly holds: boolean;
}

export function atLeast(says: string, seen: number, floor: number): Floor {
  return { says: `${says} at least ${floor}x`, seen, holds: seen >= floor };
}

export function whole(value: number | undefined): string {
  return value === undefined ? '-' : Math.round(value).toLocaleString('en');
}

export function spread(series: Series): string {
  return `${whole(series.median)} (${whole(series.least)}-${whole(series.most)})`;
}

/** Rows as text in columns; the first is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}
