/** The page of an invoice. It has no scripts, and every text in it is escaped by the template. */
import { setImmediate } from 'node:timers/promises';
import { html, type SafeHtml } from '@remix-run/html-template';
import type { DocumentParty, DocumentStamp, InvoiceDocument } from './invoice-document.js';
import type { DocumentLine } from './line-text.js';
import { STYLE_ELEMENT } from './page-style.js';
import { UNITS_EXPLAINED } from './shown-text.js';
import type { DocumentSum } from './sum-text.js';

/** So many lines are made at once; others get their turn in between. */
const LINES_AT_ONCE = 25;

const BEGIN = html.raw`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="robots" content="noindex" />
${STYLE_ELEMENT}
`;
const BODY = html.raw`
</head>
<body>
<main>
`;
const TABLE = html.raw`<table class="lines">`;
const END_OF_TABLE = html.raw`</table>`;
const END = html.raw`
</main>
</body>
</html>
`;

/**
 * In parts.
 * @param pdfAddress where the same invoice is as a PDF
 */
export async function* invoicePage(document: InvoiceDocument, pdfAddress: string): AsyncGenerator<string> {
  const { title, currency, lines, sums } = document;
  const top = topOf(document, pdfAddress);
  yield html`${BEGIN}${titleOf(title)}${BODY}${top}${TABLE}${headOf(currency)}`.toString();
  for (let n = 0; n < lines.length; n += LINES_AT_ONCE) {
    const some = lines.slice(n, n + LINES_AT_ONCE);
    yield html`${some.map(lineOf)}`.toString();
    await setImmediate();
  }
  const hasUnits = lines.some(({ units }) => units.length > 0);
  const explained = hasUnits ? html`<p class="muted foot">${UNITS_EXPLAINED}</p>` : null;
  yield html`${END_OF_TABLE}${explained}${sumsOf(sums)}${END}`.toString();
}

/** A page that says one thing. */
export function messagePage(title: string, text: string): string {
  const said = html`<h1>${title}</h1>
    <p class="muted">${text}</p>`;
  return html`${BEGIN}${titleOf(title)}${BODY}${said}${END}`.toString();
}

function titleOf(title: string): SafeHtml {
  return html`<title>${title}</title>`;
}

/** What stands above the lines. */
function topOf(document: InvoiceDocument, pdfAddress: string): SafeHtml {
  const { title, stamp, headline, notice, facts, seller, buyer } = document;
  return html`<div class="top">
      <h1>${title}</h1>
      ${stamp && stampOf(stamp)}
      <p class="get"><a href="${pdfAddress}">Download as PDF</a></p>
    </div>
    <dl class="facts">
      ${facts.map(
        ({ label, value }) =>
          html`<dt>${label}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    <div class="parties">${partyOf('From', seller)} ${partyOf('To', buyer)}</div>
    <p class="headline">${headline}</p>
    ${notice === '' ? null : html`<p class="muted">${notice}</p>`}`;
}

function headOf(currency: string): SafeHtml {
  return html`<thead>
    <tr>
      <th scope="col">Description</th>
      <th scope="col" class="number">Quantity</th>
      <th scope="col" class="number">Amount (${currency})</th>
    </tr>
  </thead>`;
}

function sumsOf(sums: readonly DocumentSum[]): SafeHtml {
  return html`<table class="sums">
    ${sums.map(sumOf)}
  </table>`;
}

function stampOf({ text, tone }: DocumentStamp): SafeHtml {
  return html`<p class="stamp ${tone.toLowerCase()}">${text}</p>`;
}

function partyOf(role: string, { name, details }: DocumentParty): SafeHtml {
  return html`<div>
    <h2>${role}</h2>
    ${[name, ...details].map((text) => html`<p dir="auto">${text}</p>`)}
  </div>`;
}

function lineOf({ label, period, quantity, amount, notes, units }: DocumentLine): SafeHtml {
  return html`<tbody class="line">
    <tr>
      <td>${label}<small>${period}</small>${notes.map((note) => html`<small>${note}</small>`)}</td>
      <td class="number">${quantity}</td>
      <td class="number">${amount}</td>
    </tr>
    ${units.map(
      (unit) =>
        html`<tr class="unit">
          <td>${unit.label}</td>
          <td class="number">${unit.quantity}</td>
          <td class="number">${unit.cost}</td>
        </tr>`,
    )}
  </tbody>`;
}

function sumOf({ label, note, amount, weight }: DocumentSum): SafeHtml {
  return html`<tr class="${weight.toLowerCase()}">
    <th scope="row">${label}${note === '' ? null : html`<small>${note}</small>`}</th>
    <td class="number">${amount}</td>
  </tr>`;
}
