/** What a transaction changes of the facts that money depends on, gathered until it is committed. */
import type { EntityMetadata } from '@mikro-orm/postgresql';
import { AUDITED } from './audited.js';

/** By the name of the property. */
export type Row = Readonly<Record<string, unknown>>;

export interface Change {
  readonly table: string;
  /** The row's key without its organization. */
  readonly key: string;
  /** What changed, as it was, as JSON has it; null where the row is new. */
  readonly before: Row | null;
  /** What changed, as it is now; null where the row is gone. */
  readonly after: Row | null;
}

/** What stands for a value that is not told. */
const HIDDEN = '(hidden)';

/** By the entity manager of the transaction. */
const gathering = new WeakMap<object, Change[]>();

/** From now on the changes of this transaction are gathered. */
export function gatherChanges(em: object): Change[] {
  const changes: Change[] = [];
  gathering.set(em, changes);
  return changes;
}

/**
 * Of a transaction that an Operation opened; of others there is nobody to tell of it. Nothing is noted where nothing of it
 * is told, or all is the same.
 */
export function noteChange(
  em: object,
  table: string,
  key: string,
  before: Row | undefined,
  after: Row | undefined,
): void {
  const told = toldOf(table, before, after);
  if (told) gathering.get(em)?.push({ table, key, ...told });
}

export function keyOf(meta: Pick<EntityMetadata, 'primaryKeys'>, row: Row): string {
  const names: readonly string[] = meta.primaryKeys;
  return names
    .filter((name) => name !== 'organizationId')
    .map((name) => String(plain(row[name])))
    .join(':');
}

function toldOf(
  table: string,
  before: Row | undefined,
  after: Row | undefined,
): Pick<Change, 'before' | 'after'> | undefined {
  const audited = AUDITED[table];
  if (!audited) return undefined;
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    if (name === 'organizationId' || audited.omitted?.includes(name)) continue;
    const [old, now] = [plain(before?.[name]), plain(after?.[name])];
    if (before && after && JSON.stringify(old) === JSON.stringify(now)) continue;
    const isHidden = audited.hidden?.includes(name) ?? false;
    was[name] = isHidden && old !== null ? HIDDEN : old;
    is[name] = isHidden && now !== null ? HIDDEN : now;
  }
  if (Object.keys(is).length === 0) return undefined;
  return { before: before ? was : null, after: after ? is : null };
}

/** As JSON has it: numbers of any size as digits, instants in UTC. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString('hex');
  return value;
}
