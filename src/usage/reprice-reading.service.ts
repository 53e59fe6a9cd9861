import type { Pool } from 'pg';
import { badInput } from '../errors.js';
import { authorize } from '../identity/permission.js';
import { decodeId, encodeId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { pageOf, pageSize, type Page } from '../page.js';
import { findReprice } from './keep-reprice.sql.js';
import { searchReprices } from './read-reprices.sql.js';
import type { RepriceFilter } from './reprice-input.js';
import type { Reprice } from './reprice.js';

/** Reprices that were begun, whatever the flags are by now. */
export class RepriceReadingService {
  constructor(private readonly writer: Pool) {}

  /** Newest first. */
  async list(
    operation: Operation,
    filter: RepriceFilter,
    first: number | null | undefined,
    after: string | null | undefined,
  ): Promise<Page<Reprice>> {
    authorize(operation, 'usage.preview');
    const size = pageSize(first);
    const place = after == null ? undefined : await this.#placeOf(operation, after);
    const { organizationId } = operation.principal;
    const search = { ...filter, after: place?.idempotencyKey };
    const found = await searchReprices(this.writer, organizationId, search, size + 1);
    return pageOf(found, size, after, repriceIdOf);
  }

  /** By the key in an opaque id; null where it is not there. */
  async findNode(operation: Operation, key: string): Promise<Reprice | null> {
    authorize(operation, 'usage.preview');
    // PostgreSQL has no such text.
    if (key.includes('\0')) return null;
    return (await findReprice(this.writer, operation.principal.organizationId, key)) ?? null;
  }

  async #placeOf(operation: Operation, after: string): Promise<Reprice> {
    const decoded = decodeId(after);
    const found = decoded?.tag === 'reprice' ? await this.findNode(operation, decoded.key) : null;
    if (!found) throw badInput(['after'], 'Must be a cursor of this list.');
    return found;
  }
}

export function repriceIdOf({ idempotencyKey }: Reprice): string {
  return encodeId('reprice', idempotencyKey);
}
