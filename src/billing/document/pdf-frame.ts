/** What stands around the lines of an invoice: who it is from and to, what is to be paid, and the foot of each page. */
import type { DocumentParty, DocumentStamp, InvoiceDocument } from './invoice-document.js';
import {
  BODY,
  FOOT,
  GAP,
  HEADLINE,
  LEFT,
  MUTED_BODY,
  RIGHT,
  RULE,
  SMALL,
  SMALL_STRONG,
  STRONG,
  TITLE,
  TONES,
} from './pdf-layout.js';
import { lineHeight, type PdfPen, type TextStyle } from './pdf-pen.js';
import type { Block } from './pdf-sheet.js';

const FACT_WIDTH = 100;
const PARTY_WIDTH = (RIGHT - LEFT - GAP) / 2;

/** A text that has its place below the one before. */
interface Row {
  readonly text: string;
  readonly style: TextStyle;
  readonly x: number;
  /** From the top of the block. */
  readonly top: number;
}

export function topBlock(pen: PdfPen, document: InvoiceDocument): Block {
  const { title, stamp, facts, seller, buyer, headline, notice } = document;
  const rows: Row[] = [{ text: title, style: TITLE, x: LEFT, top: 0 }];
  let at = lineHeight(TITLE) + GAP / 2;
  for (const { label, value } of facts) {
    rows.push(
      { text: label, style: MUTED_BODY, x: LEFT, top: at },
      { text: value, style: BODY, x: LEFT + FACT_WIDTH, top: at },
    );
    at += lineHeight(BODY);
  }
  const from = partyRows(pen, 'From', seller, LEFT, at + GAP);
  const to = partyRows(pen, 'To', buyer, LEFT + PARTY_WIDTH + GAP, at + GAP);
  at = Math.max(...[...from, ...to].map(({ top, style }) => top + lineHeight(style))) + GAP * 1.5;
  rows.push(...from, ...to, { text: headline, style: HEADLINE, x: LEFT, top: at });
  at += lineHeight(HEADLINE);
  for (const text of notice === '' ? [] : pen.linesOf(notice, MUTED_BODY, RIGHT - LEFT)) {
    rows.push({ text, style: MUTED_BODY, x: LEFT, top: at });
    at += lineHeight(MUTED_BODY);
  }
  return {
    height: at + GAP,
    draw: (top) => {
      for (const { text, style, x, top: below } of rows) pen.write(text, style, { x, top: top + below });
      if (stamp) drawStamp(pen, stamp, top);
    },
  };
}

export function footOf(pen: PdfPen, { title, seller }: InvoiceDocument, page: string): void {
  pen.pdf.moveTo(LEFT, FOOT).lineTo(RIGHT, FOOT).lineWidth(0.6).strokeColor(RULE).stroke();
  const width = RIGHT - LEFT - 80;
  const [text = ''] = pen.linesOf(`${title} · ${seller.name}`, SMALL, width);
  pen.write(text, SMALL, { x: LEFT, top: FOOT + 5 });
  pen.write(page, SMALL, { x: RIGHT, top: FOOT + 5, isAtRight: true });
}

function partyRows(pen: PdfPen, role: string, { name, details }: DocumentParty, x: number, top: number): Row[] {
  const texts: [string, TextStyle][] = [
    [role, SMALL_STRONG],
    ...pen.linesOf(name, STRONG, PARTY_WIDTH).map((text): [string, TextStyle] => [text, STRONG]),
    ...details.flatMap((detail) =>
      pen.linesOf(detail, BODY, PARTY_WIDTH).map((text): [string, TextStyle] => [text, BODY]),
    ),
  ];
  let at = top;
  return texts.map(([text, style]) => {
    const row = { text, style, x, top: at };
    at += lineHeight(style);
    return row;
  });
}

function drawStamp(pen: PdfPen, { text, tone }: DocumentStamp, top: number): void {
  const style: TextStyle = { ...HEADLINE, color: TONES[tone] };
  const [width, height] = [pen.widthOf(text, style) + 2 * GAP, lineHeight(style) + GAP / 2];
  pen.pdf
    .roundedRect(RIGHT - width, top, width, height, 3)
    .lineWidth(1.5)
    .strokeColor(style.color)
    .stroke();
  pen.write(text, style, { x: RIGHT - GAP, top: top + GAP / 4, isAtRight: true });
}
