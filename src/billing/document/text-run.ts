/** Which parts of a text are drawn with which font, and in which order from left to right. */
import bidiFactory, { type Bidi } from 'bidi-js';
import { TYPEFACES, type FontFile, type Typeface, type Weight } from './font-file.js';
import { RIGHT_TO_LEFT } from './shown-text.js';

export interface TextRun {
  readonly text: string;
  readonly file: FontFile;
  readonly isRightToLeft: boolean;
}

/** What no font has is drawn as this. */
const REPLACEMENT = '\ufffd';
/** What is not drawn itself: joiners, variants, isolates. */
const UNSEEN = /^\p{Default_Ignorable_Code_Point}$/u;
/** What is in the first file of the first typeface. */
const PLAIN = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u00ff\u2013\u2014\u2018-\u201a\u201c-\u201e\u2026\u20ac]*$/;

// Its types tell of an ES module, whose place CommonJS takes here.
const bidi = (bidiFactory as unknown as () => Bidi)();
const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As they stand on a line, from left to right. */
export function runsOf(text: string, weight: Weight): TextRun[] {
  const [latin] = TYPEFACES[0]?.filesOf(weight) ?? [];
  if (latin && PLAIN.test(text)) return [{ text, file: latin, isRightToLeft: false }];
  if (!RIGHT_TO_LEFT.test(text)) return fontRuns(text, weight, false);
  const { levels } = bidi.getEmbeddingLevels(text, 'auto');
  const mirrored = bidi.getMirroredCharactersMap(text, levels);
  const mirror = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => mirrored.get(from + n) ?? text.charAt(from + n)).join('');
  return inOrder(levelRuns(levels)).flatMap(({ level, from, to }) => {
    const isRightToLeft = level % 2 === 1;
    const runs = fontRuns(isRightToLeft ? mirror(from, to) : text.slice(from, to), weight, isRightToLeft);
    return isRightToLeft ? runs.map(turned).reverse() : runs;
  });
}

/** The library that draws goes by the letters of a run; one without any is turned round here. */
function turned(run: TextRun): TextRun {
  return RIGHT_TO_LEFT.test(run.text) ? run : { ...run, text: [...run.text].reverse().join(''), isRightToLeft: false };
}

interface LevelRun {
  readonly level: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

function levelRuns(levels: Uint8Array): LevelRun[] {
  const starts = Array.from(levels.keys()).filter((at) => at === 0 || levels[at] !== levels[at - 1]);
  return starts.map((from, n) => ({ level: levels[from] ?? 0, from, to: starts[n + 1] ?? levels.length }));
}

/** Rule L2 of the bidirectional algorithm: from the highest level on, what is at it or above is turned round. */
function inOrder(runs: readonly LevelRun[]): LevelRun[] {
  let ordered = [...runs];
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level > 0; level -= 1) {
    const next: LevelRun[] = [];
    let held: LevelRun[] = [];
    for (const run of ordered) {
      if (run.level >= level) held.unshift(run);
      else {
        next.push(...held, run);
        held = [];
      }
    }
    ordered = [...next, ...held];
  }
  return ordered;
}

/** In the order of the text. */
function fontRuns(text: string, weight: Weight, isRightToLeft: boolean): TextRun[] {
  const runs: TextRun[] = [];
  for (const word of text.split(/(?<= )/)) {
    for (const part of partsOf(word, weight)) {
      const last = runs.at(-1);
      if (last?.file === part.file) runs[runs.length - 1] = { ...last, text: last.text + part.text };
      else runs.push({ ...part, isRightToLeft });
    }
  }
  return runs;
}

type Part = Pick<TextRun, 'text' | 'file'>;

/** In one typeface where one has all of it, so that a name does not change its look halfway. */
function partsOf(word: string, weight: Weight): Part[] {
  const pieces = [...clusters.segment(word)].map(({ segment }) => segment);
  for (const face of TYPEFACES) {
    const parts = pieces.map((piece) => partIn(face, piece, weight));
    if (parts.every((part) => part !== undefined)) return parts;
  }
  return pieces.flatMap((piece) => anyPart(piece, weight));
}

function anyPart(piece: string, weight: Weight): Part[] {
  for (const face of TYPEFACES) {
    const part = partIn(face, piece, weight);
    if (part) return [part];
  }
  if (piece.length > 1 && [...piece].length > 1) return [...piece].flatMap((character) => anyPart(character, weight));
  return piece === REPLACEMENT ? [] : anyPart(REPLACEMENT, weight);
}

function partIn(face: Typeface, piece: string, weight: Weight): Part | undefined {
  const seen = [...piece].filter((character) => !UNSEEN.test(character));
  const files = face.filesOf(weight);
  const file = seen.length === 0 ? files[0] : files.find((one) => seen.every((character) => one.has(character)));
  if (!file) return undefined;
  const isKept = (character: string) => !UNSEEN.test(character) || (!face.showsUnseen && file.has(character));
  return { text: [...piece].filter(isKept).join(''), file };
}
