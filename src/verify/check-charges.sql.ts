import { answer, found } from './answer.sql.js';

/** Half-even by PostgreSQL, which rounds halves away from zero: of a half, the even number is twice the rounded half of it. */
const CHARGE = `CASE WHEN abs(x.exact - trunc(x.exact)) = 0.5 THEN 2 * round(x.exact / 2) ELSE round(x.exact) END`;

/** Each charge is its cost with its markup. About the organization $1, recorded in [$2, $3). */
export const CHARGES = answer(
  'SELECT NULL::int',
  `SELECT ${found({
    subject: 'u.idempotency_key',
    what: `'charge'`,
    place: `concat('record ', to_json(u.idempotency_key))`,
    stored: 'u.charge_pico_usd',
    recomputed: CHARGE,
    isMoney: 'true',
  })}
  FROM public.usage_record u CROSS JOIN LATERAL (SELECT u.cost_pico_usd * (1 + u.markup) AS exact) x
  WHERE u.organization_id = $1 AND u.recorded_at >= $2 AND u.recorded_at < $3
    AND u.charge_pico_usd <> (CASE WHEN u.markup = 0 THEN u.cost_pico_usd ELSE ${CHARGE} END)
  ORDER BY u.idempotency_key`,
);
