/** The look of an invoice's page: on a screen by day and by night, on a telephone, and on A4 or Letter paper. */
import { createHash } from 'node:crypto';

const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1c1c1e;
  --muted: #5f6368;
  --rule: #d8dadd;
  --sheet: #ffffff;
  --desk: #f1f2f4;
  --good: #16693a;
  --bad: #a8201a;
  --plain: #7a5200;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ink: #ececee;
    --muted: #a6a9ae;
    --rule: #43464b;
    --sheet: #1d1e21;
    --desk: #111214;
    --good: #6fd197;
    --bad: #f28b82;
    --plain: #e3b75b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  padding: 2rem 1rem;
  background: var(--desk);
  color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK JP", sans-serif;
  overflow-wrap: anywhere;
}
main {
  max-width: 50rem;
  margin: 0 auto;
  padding: 2.5rem;
  background: var(--sheet);
  border: 1px solid var(--rule);
  border-radius: 6px;
}
h1, h2, p, dl, dd { margin: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; }
h2 { font-size: 0.8rem; color: var(--muted); font-weight: 600; }
.top { display: flex; flex-wrap: wrap; gap: 0.75rem 1.25rem; align-items: center; }
.stamp {
  padding: 0.1rem 0.6rem;
  border: 2px solid currentColor;
  border-radius: 4px;
  font-weight: 700;
  letter-spacing: 0.08em;
}
.good { color: var(--good); }
.bad { color: var(--bad); }
.plain { color: var(--plain); }
.get { margin-left: auto; }
a { color: inherit; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1.25rem; margin-top: 1.25rem; }
.facts dt, .muted, small, .unit, .part { color: var(--muted); }
.parties { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; margin: 1.75rem 0; }
.parties p:first-of-type { font-weight: 600; }
.headline { font-size: 1.25rem; font-weight: 700; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.lines { margin-top: 1.5rem; }
th, td { padding: 0.5rem 0 0.1rem; text-align: left; vertical-align: top; }
thead th { padding: 0.4rem 0; border-bottom: 2px solid var(--ink); font-size: 0.85rem; }
tbody.line tr:first-child > * { border-top: 1px solid var(--rule); }
thead + tbody.line tr:first-child > * { border-top: 0; }
tbody.line::after { content: ""; display: block; height: 0.4rem; }
.number { padding-left: 1rem; text-align: right; white-space: nowrap; }
small { display: block; font-size: 0.85rem; }
.unit td { padding-top: 0; padding-bottom: 0; font-size: 0.85rem; }
.unit td:first-child { padding-left: 1rem; }
.sums { width: min(100%, 27rem); margin: 0.75rem 0 0 auto; }
.sums th { font-weight: 400; }
.sums tr > * { padding: 0.25rem 0; }
.sums .number { padding-left: 1rem; }
.sums .total > * { border-top: 1px solid var(--rule); font-weight: 700; }
.foot { margin-top: 1.5rem; font-size: 0.85rem; }
@media (max-width: 36rem) {
  body { padding: 0; font-size: 14px; }
  main { padding: 1.25rem 1rem; border: 0; border-radius: 0; }
  .parties { grid-template-columns: 1fr; gap: 1rem; }
  .get { margin-left: 0; }
  .number { padding-left: 0.6rem; }
}
@page { margin: 16mm 15mm; }
@media print {
  :root { color-scheme: light; }
  body { padding: 0; background: none; font-size: 10pt; }
  main { max-width: none; padding: 0; border: 0; }
  .get { display: none; }
  thead { display: table-header-group; }
  tr, .sums { break-inside: avoid; }
  tr:has(+ .unit) { break-after: avoid; }
}
`;

export const STYLE_ELEMENT = `<style>${STYLE}</style>`;

/** For the policy: the browser takes this style and no other. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
