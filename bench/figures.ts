/** Medians with their spread, tables, and what must hold of them. */
export class Series {
  /** In the order in which they were measured. */
  readonly #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
  }

  get count(): number {
    return this.#values.length;
  }

  get median(): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    const { length } = sorted;
    return ((sorted[(length - 1) >> 1] ?? Number.NaN) + (sorted[length >> 1] ?? Number.NaN)) / 2;
  }

  /** @param share 0.99: what one in a hundred is above. */
  at(share: number): number {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  }

  get least(): number {
    return Math.min(...this.#values);
  }

  get most(): number {
    return Math.max(...this.#values);
  }

  /** What was measured in the same round against each other: a machine that is slower for a while is so for both. */
  ratiosTo(other: Series): Series {
    const ratios = new Series();
    for (const [round, value] of this.#values.entries()) ratios.add(value / (other.#values[round] ?? Number.NaN));
    return ratios;
  }

  toJSON() {
    return { median: this.median, least: this.least, most: this.most };
  }
}

/** Something that must hold. */
export interface Judgement {
  readonly says: string;
  readonly holds: boolean;
  /** A ratio for each round. */
  readonly seen?: Series;
}

/** @param seen a ratio for each round; their median is what counts. */
export function atLeast(says: string, seen: Series, floor: number): Judgement {
  return { says: `${says} at least ${floor}x`, seen, holds: seen.median >= floor };
}

export function whole(value: number | undefined): string {
  return value === undefined ? '-' : Math.round(value).toLocaleString('en');
}

export function spread(series: Series, digits = 0): string {
  const text = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(series.median)} (${text(series.least)}-${text(series.most)})`;
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

export function verdict({ says, holds, seen }: Judgement): string {
  if (seen === undefined) return `${holds ? 'holds' : 'FAILS'}  ${says}`;
  const [median, least, most] = [seen.median, seen.least, seen.most].map((ratio) => ratio.toFixed(2));
  return `${holds ? 'holds' : 'FAILS'}  ${says}: ${median}x (${least}-${most} by round)`;
}
