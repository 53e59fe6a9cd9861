/** Opaque ids of audit entries and of what they are about. */
import { AUDITED } from '../audited.js';
import { CATALOGUE, decodeId, encodeId } from '../node-id.js';
import type { AuditEntry } from './audit-entry.js';

/** Before the number of an entry of the catalogue's trail, since the organization is not in an id. */
const OF_CATALOGUE = 'catalogue-';
const KEY = /^(catalogue-)?([1-9]\d{0,17})$/;

/** Where an entry stands. */
export interface AuditPlace {
  readonly isCatalogue: boolean;
  readonly seq: bigint;
}

export function auditEntryId({ organizationId, seq }: Pick<AuditEntry, 'organizationId' | 'seq'>): string {
  return encodeId('auditentry', `${organizationId === CATALOGUE ? OF_CATALOGUE : ''}${seq}`);
}

/** Of the key in an opaque id; undefined where it is none. */
export function auditPlaceOf(key: string): AuditPlace | undefined {
  const [, catalogue, seq] = KEY.exec(key) ?? [];
  return seq === undefined ? undefined : { isCatalogue: catalogue !== undefined, seq: BigInt(seq) };
}

export function auditPlaceOfId(id: string): AuditPlace | undefined {
  const decoded = decodeId(id);
  return decoded?.tag === 'auditentry' ? auditPlaceOf(decoded.key) : undefined;
}

/** Null for what `node` does not find. */
export function subjectIdOf({ subject, subjectKey }: AuditEntry): string | null {
  const tag = AUDITED[subject]?.tag;
  return tag === undefined ? null : encodeId(tag, subjectKey);
}
