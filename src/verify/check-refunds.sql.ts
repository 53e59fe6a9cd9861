import { answer, found } from './answer.sql.js';

/**
 * What goes back by a processor is of a payment that came in, and no more than that brought; what of it is noted is a part of
 * what its credit note refunds. The rest of that goes back by hand. About the organization $1.
 */
export const REFUNDS = answer(
  'SELECT count(*) FROM public.refund r WHERE r.organization_id = $1',
  `SELECT ${found({
    subject: 'f.id',
    what: 'f.what',
    place: 'f.place',
    stored: 'f.stored',
    recomputed: 'f.meant',
    isMoney: `f.what LIKE 'refunds of%'`,
  })}
  FROM (
    SELECT p.id::text AS id, concat('payment ', p.id) AS place, v.what, v.stored, v.meant
    FROM (SELECT r.payment_id AS id, coalesce(sum(r.amount_pico) FILTER (WHERE r.status <> 'FAILED'), 0) AS gone
      FROM public.refund r WHERE r.organization_id = $1 GROUP BY 1) s
    JOIN public.payment p ON p.organization_id = $1 AND p.id = s.id
    CROSS JOIN LATERAL (VALUES
      ('status where it has refunds', p.status, 'SUCCEEDED'),
      ('refunds of what it brought', s.gone::text, least(s.gone, p.amount_pico)::text)
    ) AS v (what, stored, meant)
    UNION ALL
    SELECT n.id::text, concat('credit note ', n.number), v.what, v.stored, v.meant
    FROM (SELECT r.credit_note_id AS id, coalesce(sum(r.noted_pico) FILTER (WHERE r.status <> 'FAILED'), 0) AS gone,
        coalesce(sum(r.noted_pico) FILTER (WHERE r.status = 'FAILED'), 0) AS failed,
        count(*) FILTER (WHERE p.invoice_id <> o.invoice_id) AS foreign_refunds
      FROM public.refund r
      JOIN public.payment p ON p.organization_id = $1 AND p.id = r.payment_id
      JOIN public.credit_note o ON o.organization_id = $1 AND o.id = r.credit_note_id
      WHERE r.organization_id = $1 GROUP BY 1) s
    JOIN public.credit_note n ON n.organization_id = $1 AND n.id = s.id
    CROSS JOIN LATERAL (VALUES
      ('refunds of it', s.gone::text, least(s.gone, n.refunded_pico)::text),
      ('refunds of it that failed', s.failed::text, least(s.failed, n.credited_pico)::text),
      ('payments of other invoices', s.foreign_refunds::text, '0')
    ) AS v (what, stored, meant)
  ) f
  WHERE f.stored IS DISTINCT FROM f.meant
  ORDER BY f.place, f.what`,
);
