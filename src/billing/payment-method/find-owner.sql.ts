/** Whose something is at the processor: what it tells of names no organization, so each is looked at by its own index. */
import type { Pool } from 'pg';
import { sealerOf } from '../../encryption/sealer.js';
import type { CustomerOwner } from '../payment/processor.js';

export function ownerOfCustomer(pool: Pool, processor: string, ref: string): Promise<CustomerOwner | undefined> {
  return find(pool, 'processor_customer', processor, ref);
}

export function ownerOfMethod(pool: Pool, processor: string, ref: string): Promise<CustomerOwner | undefined> {
  return find(pool, 'payment_method', processor, ref);
}

async function find(
  pool: Pool,
  table: 'processor_customer' | 'payment_method',
  processor: string,
  ref: string,
): Promise<CustomerOwner | undefined> {
  const { rows } = await pool.query<CustomerOwner>({
    name: `owner-by-${table}`,
    text: `SELECT t.organization_id AS "organizationId", t.account_id AS "accountId"
      FROM public.organization o
      CROSS JOIN LATERAL (
        SELECT t.organization_id, t.account_id FROM public.${table} t
        WHERE t.organization_id = o.organization_id AND t.processor = $1 AND t.ref_index = $2) t
      LIMIT 1`,
    values: [processor, sealerOf(pool).refIndex(ref)],
  });
  return rows[0];
}
