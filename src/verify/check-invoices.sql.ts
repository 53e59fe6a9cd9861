import { answer, found } from './answer.sql.js';

/** An invoice in words. */
const PLACE = `concat('invoice ', coalesce(i.number::text, 'draft'), ' of subscription ', i.subscription_id, ' #', i.sequence)`;

/**
 * An invoice is the sum of its lines, and its remainder what they lost by rounding; what is paid came in, once. Of a
 * subscription one invoice stands at each place, and each begins where the one before ended. Numbers are 1 to the last,
 * each given once. About the organization $1.
 */
export const INVOICES = answer(
  'SELECT count(*) FROM public.invoice i WHERE i.organization_id = $1',
  `SELECT ${found({
    subject: 'i.id::text',
    what: 'v.what',
    place: PLACE,
    stored: 'v.stored',
    recomputed: 'v.meant',
    isMoney: `v.what IN ('sum of lines', 'remainder', 'payments')`,
  })}
  FROM public.invoice i
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(l.amount_pico), 0) AS amount, coalesce(sum(l.exact_pico), 0) AS exact
    FROM public.invoice_line l WHERE l.organization_id = $1 AND l.invoice_id = i.id) s ON true
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(p.amount_pico), 0) AS amount
    FROM public.payment p WHERE p.organization_id = $1 AND p.invoice_id = i.id) p ON true
  LEFT JOIN LATERAL (
    SELECT b.id, b.to_day, b.cut_at FROM public.invoice b
    WHERE b.organization_id = $1 AND b.subscription_id = i.subscription_id AND b.sequence = i.sequence - 1
      AND b.status <> 'VOID' LIMIT 1) b ON true
  CROSS JOIN LATERAL (VALUES
    ('sum of lines', (i.total_pico + i.carried_pico)::text, s.amount::text),
    ('remainder', i.remainder_pico::text, (s.exact - s.amount)::text),
    ('payments', p.amount::text, CASE WHEN i.status = 'PAID' THEN i.total_pico ELSE 0 END::text),
    ('invoice before', CASE WHEN i.status = 'VOID' OR i.sequence = 0 OR b.id IS NOT NULL THEN 'there' END, 'there'),
    ('first day', i.from_day::text, CASE WHEN i.status <> 'VOID' THEN coalesce(b.to_day, i.from_day) ELSE i.from_day END::text),
    ('cut after the one before', (i.status = 'VOID' OR b.id IS NULL OR b.cut_at < i.cut_at)::text, 'true')
  ) AS v (what, stored, meant)
  WHERE i.organization_id = $1 AND v.stored IS DISTINCT FROM v.meant
  UNION ALL
  SELECT ${found({
    subject: `'number'`,
    what: `'numbers'`,
    place: `'invoices'`,
    stored: `concat(n.given, ' up to ', n.last)`,
    recomputed: `concat(coalesce(c.last_number, 0), ' up to ', coalesce(c.last_number, 0))`,
    isMoney: 'false',
  })}
  FROM (SELECT count(i.number) AS given, coalesce(max(i.number), 0) AS last
    FROM public.invoice i WHERE i.organization_id = $1) n
  LEFT JOIN public.invoice_counter c ON c.organization_id = $1
  WHERE (n.given, n.last) IS DISTINCT FROM (coalesce(c.last_number, 0), coalesce(c.last_number, 0))`,
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
