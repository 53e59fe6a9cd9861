/** The page of an invoice and its PDF, as whoever has the address gets them over HTTP. */
import { print } from 'graphql';
import { Client } from 'pg';
import { extractText, getDocumentProxy } from 'unpdf';
import { readConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import { newName, newTenant, type Tenant } from '../support/billing-world.js';
import { setClock } from '../support/clock.js';
import { BOOTSTRAP_KEY, TEST_KEYS } from '../support/database.js';
import {
  CreateCreditNoteDocument,
  GrantCreditDocument,
  InvoicePageDocument,
  PayInvoiceDocument,
  SetBillingProfileDocument,
  VoidInvoiceDocument,
  type InvoicePageQuery,
} from '../support/generated/operations.js';
import { testLog } from '../support/heard.js';
import { post, startWorld, type World } from '../support/world.js';

let world: World;
let tenant: Tenant;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  tenant = await newTenant(world);
});
afterEach(() => setClock(world, undefined));
afterAll(() => world.close());

async function seen(id: string) {
  const { invoice } = await world.ask(InvoicePageDocument, { id }, tenant.key);
  if (!invoice?.pageUrl || !invoice.pdfUrl) throw new Error('The invoice has no page.');
  return { ...invoice, pageUrl: invoice.pageUrl, pdfUrl: invoice.pdfUrl };
}

const profile = (input: object) => world.ask(SetBillingProfileDocument, { input: input as never }, tenant.key);

/** An invoice of June with usage, tax, credit, a payment and a credit note. */
async function fullInvoice(): Promise<string> {
  const taxes = { mode: 'EXCLUSIVE', rates: [{ name: 'VAT', rate: '19' }] };
  await profile({ legalName: 'Северсталь & Søn <GmbH>', address: ['Torstraße 1', '10119 Berlin'], taxes });
  const grant = { idempotencyKey: newName('grant'), userId: 'ada', amount: '11', reason: 'welcome' };
  const id = await tenant.subscribe({ baseFee: '1000' });
  await tenant.issue(id);
  await world.ask(GrantCreditDocument, { input: grant as never }, tenant.key);
  await tenant.record({ promptTokens: 2_000_000, completionTokens: 1000 });
  await setClock(world, '2026-07-01T12:00:00Z');
  const { id: invoiceId } = await tenant.issue(id);
  const payment = { invoiceId, amount: '10', idempotencyKey: newName('payment'), reference: 'bank 1' };
  await world.ask(PayInvoiceDocument, { input: payment }, tenant.key);
  const note = { invoiceId, amount: '5', idempotencyKey: newName('note'), reason: 'Outage' };
  await world.ask(CreateCreditNoteDocument, { input: note as never }, tenant.key);
  return invoiceId;
}

async function sql(query: string): Promise<void> {
  const client = new Client({ connectionString: world.database.url });
  await client.connect();
  await client.query(query).finally(() => client.end());
}

async function textOf(page: string): Promise<string> {
  const pdf = new Uint8Array(await (await fetch(page)).arrayBuffer());
  expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
  const { text } = await extractText(await getDocumentProxy(pdf), { mergePages: true });
  return text.replace(/\s+/g, ' ');
}

/** As both print it: grouped, with the cents that a Decimal leaves out. */
function printed(amount: string | null | undefined): string {
  return Number(amount).toLocaleString('en-US', { minimumFractionDigits: 2 });
}

// Seen to fail: with the total where the amount due stands.
test('page and PDF say what the API says, without a key', async () => {
  const invoice = await seen(await fullInvoice());
  const response = await fetch(invoice.pageUrl);
  expect(response.status).toBe(200);
  const page = await response.text();
  const pdf = await textOf(invoice.pdfUrl);
  const { total, subtotal, tax, amountDue, amountRemaining, number } = invoice;
  expect({ subtotal, tax, total, amountDue, amountRemaining }).toEqual({
    ...{ subtotal: '1005.01', tax: '190.95', total: '1195.96', amountDue: '1184.96', amountRemaining: '1169.96' },
  });
  for (const text of [
    ...[`Invoice ${number}`, 'Usage of openai gpt-4o', '2,000,000', '5.00', '1–30 June 2026', 'bank 1', 'Outage'],
    ...['VAT 19 % of 1,005.01', '1 July 2026', '10119 Berlin'],
  ]) {
    expect(page).toContain(text);
    expect(pdf).toContain(text);
  }
  const rows = [...page.matchAll(/<th scope="row">([^<]*).*?<td class="number">(.*?)<\/td>/gs)];
  const sums: [string, string][] = [
    ['Subtotal', printed(subtotal)],
    ['VAT 19 % of 1,005.01', printed(tax)],
    ['Total', printed(total)],
    ['Prepaid credit', '-11.00'],
    ['Amount due', printed(amountDue)],
    ['Payment of 1 July 2026', '-10.00'],
    ['Credit note 1 of 1 July 2026', '-5.00'],
    ['Still to be paid', printed(amountRemaining)],
  ];
  expect(rows.map(([, label, amount]) => [label, amount])).toEqual(sums);
  for (const [label, amount] of sums) expect(pdf).toContain(`${label} ${amount}`);
  expect(pdf).toContain('Северсталь & Søn <GmbH>');
  expect(page).toContain('Северсталь &amp; Søn &lt;GmbH&gt;');
});

// Seen to fail: without the policy; with a style that is not the one whose hash it has.
test('nothing is fetched, kept, indexed or told to others by the page', async () => {
  const { pageUrl, pdfUrl, number } = await seen((await tenant.issue(await tenant.subscribe({ baseFee: '1' }))).id);
  const [page, pdf] = [await fetch(pageUrl), await fetch(pdfUrl)];
  for (const { headers } of [page, pdf]) {
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-robots-tag')).toBe('noindex, nofollow');
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(pdf.headers.get('content-type')).toBe('application/pdf');
  expect(pdf.headers.get('content-disposition')).toBe(`inline; filename="invoice-${number}.pdf"`);
  const text = await page.text();
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(style))).toString('base64');
  expect(page.headers.get('content-security-policy')).toContain(`'sha256-${digest}'`);
  expect(text.match(/<a href="[^"]*"/g)).toEqual([`<a href="${pdfUrl.split('/').at(-1)}"`]);
});

const HOSTILE = `<script>alert('x')</script>"><img src=x onerror=alert(1)> & שלום \u{1f600}`;

// Seen to fail: with a name that the template is told to trust.
test('what callers chose cannot become markup', async () => {
  await profile({ userId: HOSTILE, address: [`</p>${HOSTILE}`], taxId: `"'<b>` });
  await profile({ legalName: HOSTILE, taxes: { mode: 'EXCLUSIVE', rates: [{ name: '</td><s>', rate: '1' }] } });
  const id = await tenant.subscribe({ baseFee: '1' }, { userId: HOSTILE });
  await tenant.issue(id);
  await tenant.record({ userId: HOSTILE, model: HOSTILE, promptTokens: 1 });
  await setClock(world, '2026-07-01T12:00:00Z');
  const { id: invoiceId } = await tenant.issue(id);
  const note = { invoiceId, amount: '0.5', idempotencyKey: newName('note'), reason: HOSTILE };
  await world.ask(CreateCreditNoteDocument, { input: note as never }, tenant.key);
  const { pageUrl, pdfUrl } = await seen(invoiceId);
  const page = await (await fetch(pageUrl)).text();
  const [, body = ''] = page.split('</style>');
  const tags = new Set([...body.matchAll(/<\/?([^\s>]*)([^>]*)>/g)].map(([, name]) => name));
  expect([...tags].sort()).toEqual(
    ['a', 'body', 'dd', 'div', 'dl', 'dt', 'h1', 'h2', 'head', 'html', 'main', 'p', 'small', 'table']
      .concat(['tbody', 'td', 'th', 'thead', 'title', 'tr'])
      .filter((name) => tags.has(name)),
  );
  expect(body.split('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&gt;&lt;img').length).toBeGreaterThan(4);
  expect(await textOf(pdfUrl)).toContain(`<script>alert('x')</script>`);
});

// Seen to fail: with an invoice found by its id whatever the key; with a missing key that is as good as one of zeros.
test('whoever does not have the whole address sees nothing', async () => {
  const { pageUrl } = await seen((await tenant.issue(await tenant.subscribe({ baseFee: '1' }))).id);
  const token = pageUrl.split('/').at(-1) ?? '';
  const bytes = Buffer.from(token, 'base64url');
  const other = await newTenant(world);
  const theirs = await other.issue(await other.subscribe({ baseFee: '1' }));
  const their = await world.ask(InvoicePageDocument, { id: theirs.id }, other.key);
  const theirBytes = Buffer.from(their.invoice?.pageUrl?.split('/').at(-1) ?? '', 'base64url');
  const mixed = (...parts: [Buffer, number][]) =>
    Buffer.concat(parts.map(([of, part]) => of.subarray(part * 16, part * 16 + 16))).toString('base64url');
  const flipped = (at: number) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8((copy.at(at) ?? 0) ^ 1, at);
    return copy.toString('base64url');
  };
  const wrong = [
    ...[flipped(0), flipped(16), flipped(31), flipped(32), flipped(47)],
    mixed([theirBytes, 0], [bytes, 1], [bytes, 2]),
    mixed([bytes, 0], [theirBytes, 1], [theirBytes, 2]),
    mixed([bytes, 0], [bytes, 1], [theirBytes, 2]),
    mixed([bytes, 0], [bytes, 1], [Buffer.alloc(48), 2]),
    ...['', 'x', token.slice(1), `${token}A`, `${token}/`, `${token}.PDF`, `${token}.pdf.pdf`, `${token}%20`],
    ...['A'.repeat(64), `${token.slice(0, -1)}=`, '../graphql', '%00'],
  ];
  const answers = await Promise.all(
    wrong.flatMap((part) => ['', '.pdf'].map((end) => fetch(`${world.server.url}/invoices/${part}${end}`))),
  );
  const bodies = new Set<string>();
  for (const answer of answers.filter(({ url }) => url.includes('/invoices/'))) {
    expect([answer.url, answer.status]).toEqual([answer.url, 404]);
    bodies.add(await answer.text());
  }
  expect(bodies.size).toBe(1);
  expect((await fetch(pageUrl)).status).toBe(200);
});

test('an invoice from before there were pages has none', async () => {
  const { id } = await tenant.issue(await tenant.subscribe({ baseFee: '1' }));
  const { pageUrl } = await seen(id);
  await sql('UPDATE invoice SET access_key = NULL WHERE id = (SELECT max(id::text)::uuid FROM invoice)');
  const { invoice } = await world.ask(InvoicePageDocument, { id }, tenant.key);
  expect(invoice).toMatchObject({ pageUrl: null, pdfUrl: null });
  const bytes = Buffer.from(pageUrl.split('/').at(-1) ?? '', 'base64url');
  for (const key of [bytes.subarray(32), Buffer.alloc(16)]) {
    const token = Buffer.concat([bytes.subarray(0, 32), key]).toString('base64url');
    expect((await fetch(`${world.server.url}/invoices/${token}`)).status).toBe(404);
  }
});

// Seen to fail: with POST answered as GET is.
test('it is only read: other methods are refused, HEAD has no body', async () => {
  const { pageUrl, pdfUrl } = await seen((await tenant.issue(await tenant.subscribe({ baseFee: '1' }))).id);
  for (const url of [pageUrl, pdfUrl]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await fetch(url, { method });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
    }
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-type')).toBe((await fetch(url)).headers.get('content-type'));
  }
});

test('a draft, a paid and a voided invoice say so in large letters', async () => {
  const id = await tenant.subscribe({ baseFee: '1' });
  const stampOf = async (invoiceId: string) => {
    const { pageUrl, pdfUrl } = await seen(invoiceId);
    const page = await (await fetch(pageUrl)).text();
    const [, stamp = ''] = /<p class="stamp \w+">(\w+)<\/p>/.exec(page) ?? [];
    expect(await textOf(pdfUrl)).toContain(stamp);
    return stamp;
  };
  const draft = await tenant.draft(id);
  expect(await stampOf(draft.id)).toBe('DRAFT');
  await tenant.finalize(draft);
  expect(await stampOf(draft.id)).toBe('');
  await world.ask(VoidInvoiceDocument, { input: { invoiceId: draft.id } }, tenant.key);
  expect(await stampOf(draft.id)).toBe('VOID');
  const { id: next } = await tenant.issue(id);
  await world.ask(PayInvoiceDocument, { input: { invoiceId: next } }, tenant.key);
  expect(await stampOf(next)).toBe('PAID');
});

test('a page of many lines has them all, in their order', async () => {
  const { id } = await tenant.draft(await tenant.subscribe({ baseFee: '1' }));
  const planted = `jsonb_build_object('line', n, 'kind', 'USAGE', 'model', 'm' || n, 'amount_pico', 0, 'exact_pico', 0)`;
  await sql(`INSERT INTO invoice_line
    SELECT made.* FROM invoice_line of, generate_series(2, 130) AS n, jsonb_populate_record(of, ${planted}) AS made
    WHERE of.invoice_id = (SELECT max(id::text)::uuid FROM invoice)`);
  const { pageUrl, pdfUrl } = await seen(id);
  const expected = Array.from({ length: 129 }, (_, n) => `m${n + 2}`);
  const page = await (await fetch(pageUrl)).text();
  expect([...page.matchAll(/Usage of (m\d+)</g)].map(([, model]) => model)).toEqual(expected);
  expect([...(await textOf(pdfUrl)).matchAll(/Usage of (m\d+) /g)].map(([, model]) => model)).toEqual(expected);
});

// Seen to fail: with neither the route nor the reading asking whether billing is on.
test('with billing off there is nothing; addresses begin as PUBLIC_URL says', async () => {
  const id = (await tenant.issue(await tenant.subscribe({ baseFee: '1' }))).id;
  const { pageUrl } = await seen(id);
  expect(pageUrl).toMatch(new RegExp(`^${world.server.url}/invoices/[\\w-]{64}$`));
  const { pathname } = new URL(pageUrl);
  const settings = { DATABASE_URL: world.database.url, PORT: '0', TEST_CLOCK: 'true', INVOICE_INTERVAL: '0' };
  const start = (environment: Record<string, string>) =>
    startServer(
      readConfig({ ...settings, ENCRYPTION_KEYS: TEST_KEYS, BOOTSTRAP_API_KEY: BOOTSTRAP_KEY, ...environment }),
      testLog(),
    );
  const off = await start({ ENABLE_BILLING: 'false' });
  try {
    for (const end of ['', '.pdf']) expect((await fetch(`${off.url}${pathname}${end}`)).status).toBe(404);
  } finally {
    await off.close();
  }
  const elsewhere = await start({ PUBLIC_URL: 'https://bills.example.com/tollgate/' });
  try {
    const { data } = await post<InvoicePageQuery>(
      elsewhere.url,
      { query: print(InvoicePageDocument), variables: { id } },
      tenant.key,
    );
    expect(data?.invoice?.pageUrl).toBe(`https://bills.example.com/tollgate${pathname}`);
    expect(data?.invoice?.pdfUrl).toBe(`https://bills.example.com/tollgate${pathname}.pdf`);
  } finally {
    await elsewhere.close();
  }
});
