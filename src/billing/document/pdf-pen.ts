/** Writes texts into a PDF: each in fonts that have its letters, in lines that fit. */
import PDFDocument from 'pdfkit';
import type { FontFile, Weight } from './font-file.js';
import { runsOf, type TextRun } from './text-run.js';

export interface TextStyle {
  /** Points. */
  readonly size: number;
  readonly weight: Weight;
  readonly color: string;
}

/** Where a text stands, in points from the left and the top of the page. */
export interface TextPlace {
  /** Its left end, or its right end where it is aligned to the right. */
  readonly x: number;
  readonly top: number;
  readonly isAtRight?: boolean;
  /** How wide it may be. */
  readonly most?: number;
}

/** Of the size of a font. */
const LINE_HEIGHT = 1.38;
const BASELINE = 1.05;

const words = new Intl.Segmenter('en', { granularity: 'word' });
const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });

export function lineHeight({ size }: Pick<TextStyle, 'size'>): number {
  return size * LINE_HEIGHT;
}

export class PdfPen {
  readonly #names = new Map<FontFile, string>();
  #color = '';

  constructor(readonly pdf: InstanceType<typeof PDFDocument>) {}

  beginPage(): void {
    this.pdf.addPage();
    this.#color = '';
  }

  widthOf(text: string, style: TextStyle): number {
    return this.#measured(text, style).width;
  }

  /** In lines that are no wider. A word that is wider is cut where it must be. */
  linesOf(text: string, style: TextStyle, width: number): string[] {
    if (this.widthOf(text, style) <= width) return [text];
    const lines: string[] = [];
    let line = '';
    const fits = (more: string) => this.widthOf(`${line}${more}`.trimEnd(), style) <= width;
    for (const word of wordsOf(text)) {
      if (!fits(word) && line !== '') {
        lines.push(line.trimEnd());
        line = '';
      }
      for (const piece of fits(word) ? [word] : clustersOf(word)) {
        if (!fits(piece) && line !== '') {
          lines.push(line);
          line = '';
        }
        line += piece;
      }
    }
    return [...lines, line.trimEnd()];
  }

  /** On one line; in smaller letters where it would be wider than it may be. */
  write(text: string, style: TextStyle, { x, top, isAtRight = false, most = Infinity }: TextPlace): void {
    if (text === '') return;
    const { runs, width } = this.#measured(text, style);
    const shrink = Math.min(1, most / width);
    let at = isAtRight ? x - width * shrink : x;
    if (this.#color !== style.color) this.pdf.fillColor(style.color);
    this.#color = style.color;
    for (const run of runs) {
      this.#choose(run, style.size * shrink);
      const options = { lineBreak: false, baseline: 'alphabetic', ...featuresOf(run) } as const;
      this.pdf.text(run.text, at, top + style.size * BASELINE, options);
      at += run.width * shrink;
    }
  }

  #measured(text: string, { size, weight }: TextStyle): { runs: (TextRun & { width: number })[]; width: number } {
    let width = 0;
    const runs = runsOf(text, weight).map((run) => {
      const ofRun = this.#choose(run, size).widthOfString(run.text, featuresOf(run));
      width += ofRun;
      return { ...run, width: ofRun };
    });
    return { runs, width };
  }

  #choose({ file }: TextRun, size: number): typeof this.pdf {
    return this.pdf.font(this.#names.get(file) ?? this.#register(file)).fontSize(size);
  }

  #register(file: FontFile): string {
    const name = `font ${this.#names.size}`;
    this.pdf.registerFont(name, file.data);
    this.#names.set(file, name);
    return name;
  }
}

/** With features, even none, the library lays out a run as a whole: from right to left, words come in order too. */
function featuresOf({ isRightToLeft }: TextRun): { features?: [] } {
  return isRightToLeft ? { features: [] } : {};
}

const OPENING = /[\p{Ps}\p{Pi}]$/u;

/** Each with what no line begins with behind it. */
function wordsOf(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(text)) {
    const last = found.at(-1);
    const isJoined = last !== undefined && !last.endsWith(' ') && (isWordLike !== true || OPENING.test(last));
    if (isJoined) found[found.length - 1] = last + segment;
    else found.push(segment);
  }
  return found;
}

const clustersOf = (text: string) => [...clusters.segment(text)].map(({ segment }) => segment);
