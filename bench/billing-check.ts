/** What invoices came to, worked out again from the records, exactly and by SQL that shares nothing with the server's. */
import type { Client } from 'pg';
import type { Judgement } from './figures.js';

/** A cent in pico-USD. */
const STEP = 10_000_000_000n;

/** Each finds what is not as it must be: the answer is how many. */
const CHECKS: readonly { readonly says: string; readonly wrong: string }[] = [
  {
    says: 'each line is within half a cent of its exact sum',
    wrong: `SELECT count(*) FROM invoice_line WHERE abs(amount_pico - exact_pico) * 2 > ${STEP} OR amount_pico % ${STEP} <> 0`,
  },
  {
    says: 'each invoice of one line is within half a cent of the exact sum of its calls',
    wrong: `
      SELECT count(*) FROM due d JOIN used u ON u.account_id = d.account_id
      WHERE d.lines = 1 AND abs(d.total_pico - u.charge) * 2 > ${STEP}`,
  },
  {
    says: 'each total is the sum of its lines, and what that is short of their exact sum is stored',
    wrong: `SELECT count(*) FROM due WHERE total_pico + carried_pico <> amount OR remainder_pico <> exact - amount`,
  },
  {
    says: 'each record is on the invoice of who pays it, once: calls, charges and quantities by tiers',
    wrong: `
      SELECT count(*) FROM due d FULL JOIN used u ON u.account_id = d.account_id
      WHERE (d.calls, d.usd, d.quantity) IS DISTINCT FROM
        (u.calls, CASE WHEN d.is_tiered THEN u.charge - u.output_charge ELSE u.charge END,
         CASE WHEN d.is_tiered THEN u.output ELSE 0 END)`,
  },
  {
    says: 'all of them come to the sum of all charges',
    wrong: `
      SELECT count(*) FROM (SELECT sum(usd) AS usd FROM due) d, (SELECT sum(charge) AS charge FROM used) u,
        (SELECT coalesce(sum(u.output_charge), 0) AS charge FROM used u JOIN due d ON d.account_id = u.account_id AND d.is_tiered) t
      WHERE d.usd + t.charge IS DISTINCT FROM u.charge`,
  },
  {
    says: 'numbers are 1 to the last, each once',
    wrong: `
      SELECT count(*) FROM (SELECT count(number) AS given, count(DISTINCT number) AS different, max(number) AS last FROM invoice) n
      JOIN invoice_counter c ON true WHERE NOT (n.given = n.different AND n.given = n.last AND n.last = c.last_number)`,
  },
];

/** The invoices of the run, each the third of its payer. */
const DUE = `
  CREATE TEMP TABLE due AS
  SELECT i.account_id, i.total_pico, i.carried_pico, i.remainder_pico, l.*
  FROM invoice i CROSS JOIN LATERAL (
    SELECT count(*) AS lines, sum(amount_pico) AS amount, sum(exact_pico) AS exact, sum(record_count)::bigint AS calls,
      sum(usd_pico) AS usd, coalesce(sum(quantity), 0) AS quantity, bool_or(unit IS NOT NULL) AS is_tiered
    FROM invoice_line l WHERE l.organization_id = i.organization_id AND l.invoice_id = i.id) l
  WHERE i.sequence = 2 AND i.number IS NOT NULL`;

/** What was not on an invoice before, of who is on a plan: charges, and those of the unit that some have by tiers. */
const USED = `
  CREATE TEMP TABLE used AS
  SELECT u.account_id, count(*) AS calls, sum(u.charge_pico_usd) AS charge,
    sum((SELECT sum((l ->> 'quantity')::numeric) FROM jsonb_array_elements(u.lines) l WHERE l ->> 'unit' = 'OUTPUT_TOKENS')) AS output,
    sum((SELECT sum((l ->> 'amountPicoUsd')::numeric * (1 + u.markup)) FROM jsonb_array_elements(u.lines) l
      WHERE l ->> 'unit' = 'OUTPUT_TOKENS')) AS output_charge
  FROM usage_record u
  JOIN invoice before ON before.organization_id = u.organization_id AND before.account_id = u.account_id AND before.sequence = 1
  WHERE u.occurred_at < date_trunc('month', now(), 'UTC') AND (u.occurred_at >= before.to_at OR u.billable_at > before.cut_at)
  GROUP BY u.account_id`;

/** @param expected so many invoices, and so many records on them: fewer would be a check of nothing */
export async function checkInvoices(
  client: Client,
  expected: { readonly invoices: number; readonly records: number },
): Promise<Judgement[]> {
  await client.query(DUE);
  await client.query(USED);
  await client.query('ANALYZE due, used');
  const numberOf = async (query: string) => {
    const { rows } = await client.query<Record<string, string>>(query);
    return Number(Object.values(rows[0] ?? {})[0]);
  };
  const invoices = await numberOf('SELECT count(*) FROM due');
  const records = await numberOf('SELECT sum(calls) FROM due');
  const single = await numberOf('SELECT count(*) FROM due WHERE lines = 1');
  const late = await numberOf(`SELECT count(*) FROM invoice_line WHERE kind LIKE '%ADJUSTMENT'`);
  const judgements = [
    {
      says: `${invoices} invoices have ${records} records; ${single} are of one line, ${late} lines are of an earlier month`,
      holds: invoices === expected.invoices && records === expected.records && single > 0 && late > 0,
    },
  ];
  for (const { says, wrong } of CHECKS) judgements.push({ says, holds: (await numberOf(wrong)) === 0 });
  return judgements;
}
