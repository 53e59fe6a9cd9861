import { answer, found } from './answer.sql.js';

/**
 * Of prepaid credit no more is consumed than was granted, in its currency and by its account's invoices alone, and nothing
 * after it was over; what a credit note or a last invoice left as credit is there. Uses of invoices that were taken back
 * count for nothing. About the organization $1.
 */
export const CREDITS = answer(
  'SELECT count(*) FROM public.credit_grant g WHERE g.organization_id = $1',
  `SELECT ${found({
    subject: 'g.id',
    what: 'g.what',
    place: 'g.place',
    stored: 'g.stored',
    recomputed: 'g.meant',
    isMoney: `g.what LIKE 'credit%'`,
  })}
  FROM (
    SELECT g.id::text AS id, concat('credit grant ', g.id) AS place, v.what, v.stored, v.meant
    FROM public.credit_grant g
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(u.amount_pico) FILTER (WHERE g.expires_at IS NULL OR u.used_at < g.expires_at), 0) AS used,
        coalesce(sum(u.amount_pico) FILTER (WHERE u.used_at >= g.expires_at), 0) AS later,
        count(*) FILTER (WHERE i.currency <> g.currency OR i.account_id <> g.account_id) AS foreign_uses,
        count(*) FILTER (WHERE u.used_at >= g.voided_at
          OR u.used_at >= coalesce(g.rollover_expires_at, g.expires_at)) AS late_uses
      FROM public.credit_use u
      JOIN public.invoice i ON i.organization_id = $1 AND i.id = u.invoice_id AND i.status <> 'VOID'
      WHERE u.organization_id = $1 AND u.grant_id = g.id) s
    CROSS JOIN LATERAL (VALUES
      ('credit consumed', s.used::text, least(s.used, g.amount_pico)::text),
      ('credit consumed after its expiry', s.later::text,
        least(s.later, greatest(least(g.amount_pico - s.used, coalesce(g.rollover_cap_pico, 0)), 0))::text),
      ('uses by others', s.foreign_uses::text, '0'),
      ('uses after its end', s.late_uses::text, '0')
    ) AS v (what, stored, meant)
    WHERE g.organization_id = $1
    UNION ALL
    SELECT n.id::text, concat('credit note ', n.number), 'credit that it left',
      coalesce((SELECT sum(g.amount_pico) FROM public.credit_grant g
        WHERE g.organization_id = $1 AND g.credit_note_id = n.id), 0)::text, n.credited_pico::text
    FROM public.credit_note n WHERE n.organization_id = $1
    UNION ALL
    SELECT i.id::text, concat('invoice ', i.number), 'credit that it left',
      coalesce((SELECT sum(g.amount_pico) FROM public.credit_grant g
        WHERE g.organization_id = $1 AND g.invoice_id = i.id AND (g.voided_at IS NULL OR i.status <> 'VOID')), 0)::text,
      CASE WHEN i.status = 'VOID' THEN 0 ELSE coalesce((SELECT sum((l.detail ->> 'creditPico')::numeric) FROM public.invoice_line l
        WHERE l.organization_id = $1 AND l.invoice_id = i.id AND l.kind = 'CREDITED'), 0) END::text
    FROM public.invoice i WHERE i.organization_id = $1 AND i.number IS NOT NULL) g
  WHERE g.stored IS DISTINCT FROM g.meant
  ORDER BY g.place, g.what`,
);
