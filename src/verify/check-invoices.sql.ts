import { answer, found } from './answer.sql.js';

/** An invoice in words. */
const PLACE = `concat('invoice ', coalesce(i.number::text, 'draft'), ' of subscription ', i.subscription_id, ' #', i.sequence)`;

/**
 * An invoice is the sum of its lines and its taxes, and its remainder what the lines lost by rounding; what is due is that,
 * with what was brought forward, less what credits paid and what is carried forward; what is paid came in, once, and what
 * credit notes took off is theirs. Of a subscription one invoice stands at each place, and each begins where the one before
 * ended. Numbers are 1 to the last, each given once, and so are those of credit notes. About the organization $1.
 */
export const INVOICES = answer(
  'SELECT count(*) FROM public.invoice i WHERE i.organization_id = $1',
  `SELECT ${found({
    subject: 'i.id::text',
    what: 'v.what',
    place: PLACE,
    stored: 'v.stored',
    recomputed: 'v.meant',
    isMoney: `v.what NOT IN ('invoice before', 'first day', 'cut after the one before', 'paid')`,
  })}
  FROM public.invoice i
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(l.amount_pico), 0) AS amount, coalesce(sum(l.exact_pico), 0) AS exact
    FROM public.invoice_line l WHERE l.organization_id = $1 AND l.invoice_id = i.id) s ON true
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(p.amount_pico - p.credited_pico), 0) AS amount
    FROM public.payment p
    WHERE p.organization_id = $1 AND p.invoice_id = i.id AND p.status = 'SUCCEEDED') p ON true
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(t.amount_pico), 0) AS amount
    FROM public.invoice_tax t WHERE t.organization_id = $1 AND t.invoice_id = i.id) t ON true
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(u.amount_pico), 0) AS amount
    FROM public.credit_use u WHERE u.organization_id = $1 AND u.invoice_id = i.id) u ON true
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(n.amount_pico), 0) AS amount, coalesce(sum(n.reduced_pico), 0) AS reduced,
      coalesce(sum(n.refunded_pico), 0) AS refunded
    FROM public.credit_note n WHERE n.organization_id = $1 AND n.invoice_id = i.id) n ON true
  LEFT JOIN LATERAL (
    SELECT b.id, b.to_day, b.cut_at, b.carried_forward_pico AS carried FROM public.invoice b
    WHERE b.organization_id = $1 AND b.subscription_id = i.subscription_id AND b.sequence = i.sequence - 1
      AND b.status <> 'VOID' LIMIT 1) b ON true
  CROSS JOIN LATERAL (VALUES
    ('sum of lines', i.subtotal_pico::text, s.amount::text),
    ('taxes', i.tax_pico::text, t.amount::text),
    ('total', (i.total_pico + i.carried_pico)::text,
      (i.subtotal_pico + CASE WHEN i.tax_mode = 'EXCLUSIVE' THEN i.tax_pico ELSE 0 END)::text),
    ('brought forward', i.brought_forward_pico::text,
      CASE WHEN i.number IS NULL THEN 0 WHEN i.status = 'VOID' THEN i.brought_forward_pico ELSE coalesce(b.carried, 0) END::text),
    ('credits', i.credits_pico::text, u.amount::text),
    ('due', i.due_pico::text, CASE WHEN i.number IS NULL THEN 0
      ELSE i.total_pico + i.brought_forward_pico - i.credits_pico - i.carried_forward_pico END::text),
    ('reduced', i.reduced_pico::text, n.reduced::text),
    ('credit notes', i.noted_pico::text, n.amount::text),
    ('refunds', i.refunded_pico::text, n.refunded::text),
    ('remainder', i.remainder_pico::text, (s.exact - s.amount)::text),
    ('payments', i.paid_pico::text, p.amount::text),
    ('paid', (i.status = 'PAID')::text, CASE WHEN i.number IS NULL OR i.status = 'VOID' THEN false
      ELSE i.paid_pico + i.reduced_pico = i.due_pico END::text),
    ('invoice before', CASE WHEN i.status = 'VOID' OR i.sequence = 0 OR b.id IS NOT NULL THEN 'there' END, 'there'),
    ('first day', i.from_day::text, CASE WHEN i.status <> 'VOID' THEN coalesce(b.to_day, i.from_day) ELSE i.from_day END::text),
    ('cut after the one before', (i.status = 'VOID' OR b.id IS NULL OR b.cut_at < i.cut_at)::text, 'true')
  ) AS v (what, stored, meant)
  WHERE i.organization_id = $1 AND v.stored IS DISTINCT FROM v.meant
  UNION ALL
  SELECT ${found({
    subject: `n.what`,
    what: `'numbers'`,
    place: `n.what`,
    stored: `concat(n.given, ' up to ', n.last)`,
    recomputed: `concat(n.counted, ' up to ', n.counted)`,
    isMoney: 'false',
  })}
  FROM (
    SELECT 'invoices' AS what, count(i.number) AS given, coalesce(max(i.number), 0) AS last,
      (SELECT coalesce(max(c.last_number), 0) FROM public.invoice_counter c WHERE c.organization_id = $1) AS counted
    FROM public.invoice i WHERE i.organization_id = $1
    UNION ALL
    SELECT 'credit notes', count(n.number), coalesce(max(n.number), 0),
      (SELECT coalesce(max(c.last_credit_note), 0) FROM public.invoice_counter c WHERE c.organization_id = $1)
    FROM public.credit_note n WHERE n.organization_id = $1) n
  WHERE (n.given, n.last) IS DISTINCT FROM (n.counted, n.counted)`,
);

/**
 * The usage on an invoice is the charges of the records that belong there: of who pays, the nearest account on a plan at the
 * instant of the call, up to the cut, without what the invoice before has. This is no copy of how invoices find theirs: each
 * record finds its payer. Where a unit is billed by tiers its charges are on no line, and the invoice is left out. About the
 * organization $1.
 */
export const INVOICED_USAGE = answer(
  'SELECT NULL::int',
  `SELECT ${found({
    subject: 'i.id::text',
    what: `'usage'`,
    place: PLACE,
    stored: 'i.invoiced',
    recomputed: 'trunc(i.charged)',
    isMoney: 'true',
  })}
  FROM (
    WITH sub AS MATERIALIZED (
      SELECT s.id, s.account_id, public.local_day_start(o.zone, s.start_day) AS from_at,
        coalesce(public.local_day_start(o.zone, s.end_day), 'infinity') AS to_at
      FROM public.subscription s JOIN public.organization o ON o.organization_id = s.organization_id
      WHERE s.organization_id = $1
    ),
    inv AS MATERIALIZED (
      SELECT i.id, i.number, i.subscription_id, i.sequence, i.to_at, i.cut_at, b.to_at AS before_to, b.cut_at AS before_cut,
        (SELECT coalesce(trunc(sum(l.usd_pico)), 0) FROM public.invoice_line l
          WHERE l.organization_id = $1 AND l.invoice_id = i.id) AS invoiced
      FROM public.invoice i
      LEFT JOIN public.invoice b ON b.organization_id = $1 AND b.subscription_id = i.subscription_id
        AND b.sequence = i.sequence - 1 AND b.status <> 'VOID'
      WHERE i.organization_id = $1 AND i.status <> 'VOID' AND i.to_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM public.invoice_line l WHERE l.organization_id = $1 AND l.invoice_id = i.id AND l.unit IS NOT NULL)
    ),
    paid AS (
      SELECT u.charge_pico_usd, u.occurred_at, u.billable_at, payer.id AS subscription_id
      FROM public.usage_record u
      CROSS JOIN LATERAL (
        SELECT s.id FROM sub s JOIN public.account a ON a.organization_id = $1 AND a.id = s.account_id
        WHERE (s.account_id IN (u.account_id, u.team_id) OR a.kind = 'ORGANIZATION')
          AND s.from_at <= u.occurred_at AND u.occurred_at < s.to_at
        ORDER BY s.account_id <> u.account_id, a.kind = 'ORGANIZATION' LIMIT 1) payer
      WHERE u.organization_id = $1 AND u.billable_at IS NOT NULL AND EXISTS (SELECT FROM inv)
    )
    SELECT inv.id, inv.number, inv.subscription_id, inv.sequence, inv.invoiced,
      coalesce(sum(p.charge_pico_usd), 0) AS charged
    FROM inv LEFT JOIN paid p ON p.subscription_id = inv.subscription_id
      AND p.billable_at <= inv.cut_at AND p.occurred_at < inv.to_at
      AND (inv.before_to IS NULL OR p.occurred_at >= inv.before_to OR p.billable_at > inv.before_cut)
    GROUP BY inv.id, inv.number, inv.subscription_id, inv.sequence, inv.invoiced) i
  WHERE i.invoiced <> trunc(i.charged)
  ORDER BY i.id`,
);
