import { auditHash } from '../../migrations/sql/audit.sql.js';
import { chain } from './check-chain.sql.js';

export const AUDIT_CHAIN = chain({
  entries: 'audit_entry',
  head: 'audit_head',
  hash: (previous) => auditHash(previous, 'p'),
  place: 'audit entry',
});
