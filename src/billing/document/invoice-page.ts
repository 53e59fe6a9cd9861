/** The page of an invoice. It has no scripts, and every text in it is escaped by the template. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { DocumentParty, DocumentStamp, InvoiceDocument } from './invoice-document.js';
import type { DocumentLine } from './line-text.js';
import { STYLE_ELEMENT } from './page-style.js';
import { UNITS_EXPLAINED } from './shown-text.js';
import type { DocumentSum } from './sum-text.js';

/** @param pdfAddress where the same invoice is as a PDF */
export function invoicePage(document: InvoiceDocument, pdfAddress: string): string {
  const { title, stamp, headline, notice, facts, seller, buyer, currency, lines, sums } = document;
  return pageOf(
    title,
    html`<div class="top">
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
      ${notice === '' ? null : html`<p class="muted">${notice}</p>`}
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">Description</th>
            <th scope="col" class="number">Quantity</th>
            <th scope="col" class="number">Amount (${currency})</th>
          </tr>
        </thead>
        ${lines.map(lineOf)}
      </table>
      ${lines.some(({ units }) => units.length > 0) ? html`<p class="muted foot">${UNITS_EXPLAINED}</p>` : null}
      <table class="sums">
        ${sums.map(sumOf)}
      </table>`,
  );
}

/** For an address where there is nothing. */
export function missingPage(): string {
  return pageOf(
    'No such invoice',
    html`<h1>No such invoice</h1>
      <p class="muted">The address may be incomplete: please open the link as it was sent.</p>`,
  );
}

function pageOf(title: string, body: SafeHtml): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${html.raw`${STYLE_ELEMENT}`}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.toString();
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
