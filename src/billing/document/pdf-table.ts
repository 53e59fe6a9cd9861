/** The lines of an invoice and the sums below them, as blocks of a PDF. */
import type { DocumentLine, DocumentUnit } from './line-text.js';
import { BODY, INK, LEFT, MUTED_BODY, RIGHT, RULE, SMALL, SMALL_STRONG, STRONG } from './pdf-layout.js';
import { lineHeight, type PdfPen, type TextStyle } from './pdf-pen.js';
import type { Block } from './pdf-sheet.js';
import { UNITS_EXPLAINED } from './shown-text.js';
import type { DocumentSum } from './sum-text.js';

/** Where the columns of the lines end, and how wide what stands in them may be. */
const QUANTITY = { x: RIGHT - 125, isAtRight: true, most: 110 };
const AMOUNT = { x: RIGHT, isAtRight: true, most: 115 };
const LABEL_WIDTH = QUANTITY.x - QUANTITY.most - LEFT - 10;
const INDENT = 10;
const PADDING = 5;
const SUM_PADDING = 3;

const SUMS_LEFT = LEFT + 215;
const SUM_LABEL_WIDTH = RIGHT - AMOUNT.most - SUMS_LEFT;

/** The row that each page with lines begins with. */
export function headBlock(pen: PdfPen, currency: string): Block {
  return {
    height: lineHeight(SMALL) + PADDING + 1,
    staysWithNext: true,
    draw: (top) => {
      pen.write('Description', SMALL_STRONG, { x: LEFT, top });
      pen.write('Quantity', SMALL_STRONG, { ...QUANTITY, top });
      pen.write(`Amount (${currency})`, SMALL_STRONG, { ...AMOUNT, top });
      rule(pen, LEFT, top + lineHeight(SMALL) + PADDING, INK);
    },
  };
}

/** A line and the units beneath it. */
export function lineBlocks(pen: PdfPen, line: DocumentLine): Block[] {
  const { period, quantity, amount, notes, units } = line;
  const label = pen.linesOf(line.label, BODY, LABEL_WIDTH);
  const small = [period, ...notes].flatMap((text) => pen.linesOf(text, SMALL, LABEL_WIDTH));
  const main: Block = {
    height: PADDING + label.length * lineHeight(BODY) + small.length * lineHeight(SMALL),
    isRow: true,
    staysWithNext: true,
    draw: (top) => {
      const begin = top + PADDING;
      // In the order in which it is read, also by those who hear it.
      const below = writeLines(pen, label, BODY, LEFT, begin);
      pen.write(quantity, BODY, { ...QUANTITY, top: begin });
      pen.write(amount, BODY, { ...AMOUNT, top: begin });
      writeLines(pen, small, SMALL, LEFT, below);
    },
  };
  const end: Block = { height: PADDING, draw: (top) => rule(pen, LEFT, top + PADDING - 0.5, RULE) };
  return [main, ...units.map((unit) => unitBlock(pen, unit)), end];
}

function unitBlock(pen: PdfPen, { label, quantity, cost }: DocumentUnit): Block {
  return {
    height: lineHeight(SMALL),
    isRow: true,
    staysWithNext: true,
    draw: (top) => {
      pen.write(label, SMALL, { x: LEFT + INDENT, top, most: LABEL_WIDTH - INDENT });
      pen.write(quantity, SMALL, { ...QUANTITY, top });
      pen.write(cost, SMALL, { ...AMOUNT, top });
    },
  };
}

/** They stay together, so that whoever reads the end sees how it came about. */
export function sumBlocks(pen: PdfPen, sums: readonly DocumentSum[]): Block[] {
  return sums.map(({ label, note, amount, weight }, n) => {
    const style = weight === 'TOTAL' ? STRONG : weight === 'PART' ? MUTED_BODY : BODY;
    const labels = pen.linesOf(label, style, SUM_LABEL_WIDTH);
    const notes = note === '' ? [] : pen.linesOf(note, SMALL, SUM_LABEL_WIDTH);
    return {
      height: 2 * SUM_PADDING + labels.length * lineHeight(style) + notes.length * lineHeight(SMALL),
      staysWithNext: n < sums.length - 1,
      draw: (top) => {
        if (weight === 'TOTAL' && n > 0) rule(pen, SUMS_LEFT, top, RULE);
        const begin = top + SUM_PADDING;
        const below = writeLines(pen, labels, style, SUMS_LEFT, begin);
        pen.write(amount, style, { ...AMOUNT, top: begin });
        writeLines(pen, notes, SMALL, SUMS_LEFT, below);
      },
    };
  });
}

export function explanationBlock(pen: PdfPen): Block {
  const lines = pen.linesOf(UNITS_EXPLAINED, SMALL, RIGHT - LEFT);
  const height = lines.length * lineHeight(SMALL) + 2 * PADDING;
  return { height, draw: (top) => void writeLines(pen, lines, SMALL, LEFT, top + PADDING) };
}

/** @returns where what comes below begins */
function writeLines(pen: PdfPen, lines: readonly string[], style: TextStyle, x: number, top: number): number {
  lines.forEach((line, n) => pen.write(line, style, { x, top: top + n * lineHeight(style) }));
  return top + lines.length * lineHeight(style);
}

function rule(pen: PdfPen, from: number, y: number, color: string): void {
  pen.pdf.moveTo(from, y).lineTo(RIGHT, y).lineWidth(0.6).strokeColor(color).stroke();
}
