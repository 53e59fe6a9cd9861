import type { FilterQuery } from '@mikro-orm/postgresql';
import { badInput } from '../errors.js';
import { authorize } from '../identity/permission.js';
import { subjectOf } from '../identity/token-subject.js';
import { CATALOGUE, decodeId, decodeUuid } from '../node-id.js';
import type { Operation } from '../operation.js';
import { pageOf, pageSize, type Page } from '../page.js';
import { AUDITED } from '../audited.js';
import { AuditEntry } from './audit-entry.js';
import type { AuditFilter } from './audit-input.js';
import { auditEntryId, auditPlaceOf, auditPlaceOfId } from './audit-subject.js';

/** Reads the trail; it is written by the transactions that it tells of. */
export class AuditService {
  /** Newest first. */
  async list(
    operation: Operation,
    filter: AuditFilter,
    first: number | null | undefined,
    after: string | null | undefined,
  ): Promise<Page<AuditEntry>> {
    authorize(operation, 'audit.read');
    const size = pageSize(first);
    const isCatalogue = filter.catalogue ?? false;
    const where: FilterQuery<AuditEntry>[] = [{ organizationId: trailOf(operation, isCatalogue) }];
    if (after != null) where.push({ seq: { $lt: placeAfter(after, isCatalogue) } });
    if (filter.subject != null) where.push({ subject: filter.subject });
    if (filter.subjectId != null) where.push(aboutSubject(filter.subjectId));
    if (filter.apiKeyId != null) where.push({ actorKind: 'API_KEY', actorId: apiKeyOf(filter.apiKeyId) });
    if (filter.from != null) where.push({ at: { $gte: filter.from } });
    if (filter.to != null) where.push({ at: { $lt: filter.to } });
    const em = await operation.em();
    const found = await em.find(AuditEntry, { $and: where }, { orderBy: { seq: 'desc' }, limit: size + 1 });
    return pageOf(found, size, after, auditEntryId);
  }

  /** Whom the issuer of a token calls so; null for others. */
  async subjectOf(operation: Operation, { actorKind, actorId }: AuditEntry): Promise<string | null> {
    authorize(operation, 'audit.read');
    return actorKind === 'TOKEN' ? subjectOf(operation, actorId) : null;
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<AuditEntry | null> {
    authorize(operation, 'audit.read');
    const place = auditPlaceOf(key);
    if (!place) return null;
    const em = await operation.em();
    return em.findOne(AuditEntry, { organizationId: trailOf(operation, place.isCatalogue), seq: place.seq });
  }
}

function trailOf(operation: Operation, isCatalogue: boolean): string {
  return isCatalogue ? CATALOGUE : operation.principal.organizationId;
}

function placeAfter(after: string, isCatalogue: boolean): bigint {
  const place = auditPlaceOfId(after);
  if (place?.isCatalogue !== isCatalogue) throw badInput(['after'], 'Must be a cursor of this list.');
  return place.seq;
}

/** An id that stands for nothing finds nothing, as everywhere. */
function aboutSubject(id: string): FilterQuery<AuditEntry> {
  const decoded = decodeId(id);
  const [table] = Object.entries(AUDITED).find(([, { tag }]) => tag === decoded?.tag) ?? [];
  if (!decoded || table === undefined)
    throw badInput(['filter', 'subjectId'], 'Must be the opaque id of what is audited.');
  return { subject: table, subjectKey: decoded.key };
}

function apiKeyOf(id: string): string {
  const key = decodeUuid('apikey', id);
  if (key === undefined) throw badInput(['filter', 'apiKeyId'], 'Must be the opaque id of an API key.');
  return key;
}
