/** An invoice as a PDF on A4. The same invoice is the same file, byte by byte. */
import { setImmediate } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import type { InvoiceDocument } from './invoice-document.js';
import { footOf, topBlock } from './pdf-frame.js';
import { FOOT, GAP, TOP } from './pdf-layout.js';
import { PdfPen } from './pdf-pen.js';
import { pagesOf, type Block } from './pdf-sheet.js';
import { explanationBlock, headBlock, lineBlocks, sumBlocks } from './pdf-table.js';

/** After so many lines others get their turn, as after each page. */
const LINES_AT_ONCE = 50;

export async function invoicePdf(document: InvoiceDocument): Promise<Buffer> {
  const { title, datedAt } = document;
  const pdf = new PDFDocument({
    autoFirstPage: false,
    // It would keep each word of each line.
    fontLayoutCache: false,
    size: 'A4',
    // Texts are placed by hand: none may begin a page of its own accord.
    margin: 0,
    lang: 'en',
    displayTitle: true,
    info: { Title: title, Creator: 'Tollgate', Producer: 'Tollgate', CreationDate: datedAt, ModDate: datedAt },
  });
  const parts: Buffer[] = [];
  pdf.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise<void>((resolve, reject) => pdf.once('end', resolve).once('error', reject));
  await drawAll(new PdfPen(pdf), document);
  pdf.end();
  await ended;
  return Buffer.concat(parts);
}

async function drawAll(pen: PdfPen, document: InvoiceDocument): Promise<void> {
  const head = headBlock(pen, document.currency);
  const blocks = [topBlock(pen, document), head, ...(await rowBlocks(pen, document)), ...endBlocks(pen, document)];
  const pages = pagesOf(blocks, { top: TOP, bottom: FOOT - GAP, head });
  for (const [n, page] of pages.entries()) {
    pen.beginPage();
    for (const { block, top } of page) block.draw(top);
    footOf(pen, document, `Page ${n + 1} of ${pages.length}`);
    await setImmediate();
  }
}

async function rowBlocks(pen: PdfPen, { lines }: InvoiceDocument): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const [n, line] of lines.entries()) {
    blocks.push(...lineBlocks(pen, line));
    if (n % LINES_AT_ONCE === 0) await setImmediate();
  }
  return blocks;
}

function endBlocks(pen: PdfPen, { lines, sums }: InvoiceDocument): Block[] {
  const hasUnits = lines.some(({ units }) => units.length > 0);
  return [...(hasUnits ? [explanationBlock(pen)] : []), ...sumBlocks(pen, sums)];
}
