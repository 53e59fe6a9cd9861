/** The PDF of an invoice, read by another library than the one that writes it. */
import { createHash } from 'node:crypto';
import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { FontFile, TYPEFACES } from '../../src/billing/document/font-file.js';
import type { InvoiceDocument } from '../../src/billing/document/invoice-document.js';
import { invoicePdf } from '../../src/billing/document/invoice-pdf.js';
import { pagesOf, type Block } from '../../src/billing/document/pdf-sheet.js';
import { runsOf } from '../../src/billing/document/text-run.js';
import { InvoiceLineKind } from '../../src/billing/invoice/invoice-line.js';
import { documentOfRows, lineRow, usageRow } from '../support/invoice-rows.js';

/** The text of each page, a space where it begins anew. */
async function pagesIn(document: InvoiceDocument): Promise<string[]> {
  const pdf = await invoicePdf(document);
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: false });
  return text.map((page) => page.replace(/\s+/g, ' '));
}

const sample = () =>
  documentOfRows({ lines: [usageRow('gpt-4o', '1234.5', [['INPUT_TOKENS', 3_000_000n, '1234.500000000001']])] });

test('all that the document says stands on the page', async () => {
  const document = sample();
  const [page = ''] = await pagesIn(document);
  const { title, headline, facts, seller, buyer, lines, sums } = document;
  const [line] = lines;
  const texts = [title, headline, seller.name, ...seller.details, buyer.name, ...facts.map(({ value }) => value)];
  texts.push(line!.label, line!.period, line!.quantity, line!.amount, line!.units[0]!.quantity, line!.units[0]!.cost);
  texts.push(...sums.flatMap(({ label, amount }) => [label, amount]), 'Page 1 of 1');
  for (const text of texts) expect(page).toContain(text);
});

// Seen to fail: with the instant of the drawing as its date.
test('the same invoice is the same file, dated by its number', async () => {
  const digest = async () =>
    createHash('sha256')
      .update(await invoicePdf(sample()))
      .digest('hex');
  expect(await digest()).toBe(await digest());
  const { info } = await getMeta(new Uint8Array(await invoicePdf(sample())));
  expect(info).toMatchObject({ Title: 'Invoice 7', CreationDate: 'D:20260701120000Z' });
});

// Seen to fail: without the head on later pages; with units on another page than their line.
test('a long one has pages with a head and a number each, and no line is torn apart', async () => {
  const lines = Array.from({ length: 120 }, (_, n) =>
    usageRow(`model-${n}.`, '1', [
      ['INPUT_TOKENS', BigInt(10_000 + n), '1'],
      ['OUTPUT_TOKENS', BigInt(20_000 + n), '1'],
    ]),
  );
  const pages = await pagesIn(documentOfRows({ lines }));
  expect(pages.length).toBeGreaterThan(5);
  pages.forEach((page, n) => expect(page).toContain(`Page ${n + 1} of ${pages.length}`));
  for (const page of pages) expect(page.match(/Description Quantity Amount/g)).toHaveLength(1);
  for (let n = 0; n < 120; n += 1) {
    const texts = [`model-${n}.`, ...['10', '20'].map((thousands) => `${thousands},${String(n).padStart(3, '0')}`)];
    expect(pages.filter((page) => texts.every((text) => page.includes(text)))).toHaveLength(1);
  }
});

// Seen to fail: with the first typeface alone.
test('names in all scripts are there; what no font has is replaced, and breaks nothing', async () => {
  const names = [
    'Ελλάδα',
    'Жовтень',
    'Zażółć Łódź',
    'Đặng',
    '株式会社東京',
    '测试公司',
    '주식회사',
    'Հայաստան',
    'ไทย',
    '😀',
    '✓',
  ];
  const [page = ''] = await pagesIn(
    documentOfRows({
      parties: {
        seller: { name: `odd \u{10ffff} \u{e000} \ufdd0 end`, address: names.join('\n'), taxId: null },
        buyer: { name: 'שלום', address: 'محمد', taxId: '"<script>"' },
      },
      lines: [lineRow(InvoiceLineKind.USAGE, '1', { provider: 'a'.repeat(300), model: '字'.repeat(300) })],
    }),
  );
  for (const name of names) expect(page).toContain(name.normalize('NFC'));
  expect(page).toMatch(/odd \ufffd .*end/);
  expect(page).toContain('"<script>"');
});

// Seen to fail: with the runs in the order of the text; without the turning of brackets.
test.each([
  ['Usage of שלום gpt (א)', 'Usage of םולש gpt (א)'],
  ['שלום (123) abc', 'abc (123) םולש'],
  ['a \u2068מודל-4 (בטא)\u2069 b', 'a (אטב) 4-לדומ b'],
])('%j reads "%s" from left to right', (text, expected) => {
  const seen = runsOf(text, 400).map((run) => (run.isRightToLeft ? [...run.text].reverse().join('') : run.text));
  expect(seen.join('')).toBe(expected);
});

test('every file of every font is there', () => {
  const files = TYPEFACES.flatMap((face) => [...face.filesOf(400), ...face.filesOf(700)]);
  for (const file of files) expect(new FontFile(file.path, true).data.length).toBeGreaterThan(10_000);
});

const block = (height: number, rest: Partial<Block> = {}): Block => ({ height, draw: () => undefined, ...rest });

test('blocks that stay together move together, unless they are higher than a page', () => {
  const sheet = { top: 0, bottom: 100, head: block(10) };
  const heightsOf = (blocks: Block[]) =>
    pagesOf(blocks, sheet).map((page) => page.map((placed) => placed.block.height));
  expect(heightsOf([block(60), block(30, { staysWithNext: true }), block(20)])).toEqual([[60], [30, 20]]);
  expect(heightsOf([block(60), block(50, { isRow: true })])).toEqual([[60], [10, 50]]);
  const rows = [40, 40, 40].map((height) => block(height, { isRow: true, staysWithNext: true }));
  expect(heightsOf([block(30), ...rows, block(5)])).toEqual([
    [30, 40],
    [10, 40, 40, 5],
  ]);
  expect(heightsOf([])).toEqual([[]]);
});
