/**
 * The fonts that a PDF carries. Each file is read when a text first needs it. What one font lacks the next one may have;
 * the last one has nearly every character there is, drawn in coarse dots.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';
import { fontInWoff } from './woff.js';

export type Weight = 400 | 700;

/** One design, in one file or several. */
export interface Typeface {
  filesOf(weight: Weight): readonly FontFile[];
  /** Whether it shows a joiner, and what else only directs the characters beside it, as a box. */
  readonly showsUnseen: boolean;
}

/**
 * What joins letters, and moves them together. Scripts without joined letters are hardly the worse without, and are laid
 * out in a fifth of the time.
 */
const JOINING = ['GSUB', 'GPOS', 'GDEF', 'kern'];

/** One file of a font. */
export class FontFile {
  #data: Buffer | undefined;
  #font: Font | undefined;

  constructor(
    readonly path: string,
    private readonly isJoined: boolean,
  ) {}

  /** As it is embedded. */
  get data(): Buffer {
    this.#data ??= fontInWoff(readFileSync(resolve(this.path)), this.isJoined ? [] : JOINING);
    return this.#data;
  }

  has(character: string): boolean {
    // The type says one font or several; a file of one is no collection.
    this.#font ??= create(this.data) as Font;
    return this.#font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0);
  }
}

const { resolve } = createRequire(import.meta.url);

function filesOf(weights: (weight: Weight) => readonly string[], isJoined: boolean): Typeface['filesOf'] {
  const regular = weights(400).map((path) => new FontFile(path, isJoined));
  const bold = weights(700).map((path) => regular.find((file) => file.path === path) ?? new FontFile(path, isJoined));
  return (weight) => (weight === 700 ? bold : regular);
}

const notoSans = (weight: Weight, ...subsets: string[]) =>
  subsets.map((subset) => `@fontsource/noto-sans/files/noto-sans-${subset}-${weight}-normal.woff`);

/** In the order in which they are asked. */
export const TYPEFACES: readonly Typeface[] = [
  {
    filesOf: filesOf(
      (weight) =>
        notoSans(weight, 'latin', 'latin-ext', 'cyrillic', 'greek', 'vietnamese', 'cyrillic-ext', 'greek-ext'),
      false,
    ),
    showsUnseen: false,
  },
  // Japanese, and what other languages write with the same characters.
  {
    filesOf: filesOf(() => ['@fontsource/sawarabi-gothic/files/sawarabi-gothic-japanese-400-normal.woff'], false),
    showsUnseen: false,
  },
  { filesOf: filesOf((weight) => notoSans(weight, 'devanagari'), true), showsUnseen: false },
  // Arabic, Hebrew, Armenian, Georgian, symbols.
  {
    filesOf: filesOf((weight) => [`@fontsource/dejavu-sans/files/dejavu-sans-latin-${weight}-normal.woff`], true),
    showsUnseen: false,
  },
  // The rest.
  { filesOf: filesOf(() => ['@fontsource/unifontex/files/unifontex-latin-400-normal.woff'], true), showsUnseen: true },
];
