/** Notes what the unit of work writes of audited rows, so that no service has to think of it. */
import {
  ChangeSetType,
  type ChangeSet,
  type EventArgs,
  type EventSubscriber,
  type FlushEventArgs,
  type Platform,
} from '@mikro-orm/postgresql';
import { SealedColumn } from '../encryption/sealed-column.js';
import { AUDITED } from '../audited.js';
import { keyOf, noteChange, type Row } from '../change.js';

interface Upsert {
  readonly key: string;
  /** Undefined where no row had this key. */
  readonly before: Row | undefined;
}

export class AuditSubscriber implements EventSubscriber<Row> {
  /** Under way, one at a time in a transaction. */
  readonly #upserts = new WeakMap<object, Upsert>();

  afterFlush({ em, uow }: FlushEventArgs): void {
    for (const changeSet of uow.getChangeSets() as ChangeSet<Row>[]) {
      const { meta, entity, type, originalEntity } = changeSet;
      const isGone = type === ChangeSetType.DELETE || type === ChangeSetType.DELETE_EARLY;
      const before = type === ChangeSetType.CREATE ? undefined : told(em, meta, originalEntity);
      const after = isGone ? undefined : stateOf(em, meta, entity);
      noteChange(em, meta.tableName, keyOf(meta, after ?? before ?? {}), before, after);
    }
  }

  async beforeUpsert({ em, meta, entity }: EventArgs<Row>): Promise<void> {
    if (!AUDITED[meta.tableName]) return;
    // Apart from the transaction's own entities, which are to be found as the upsert leaves them.
    const apart = em.fork({ keepTransactionContext: true });
    const where = Object.fromEntries(meta.primaryKeys.map((name) => [name, entity[name]]));
    const found = await apart.findOne(meta.class, where);
    const before = found ? stateOf(em, meta, found) : undefined;
    this.#upserts.set(em, { key: keyOf(meta, entity), before });
  }

  afterUpsert({ em, meta, entity }: EventArgs<Row>): void {
    const upsert = this.#upserts.get(em);
    if (!upsert || !AUDITED[meta.tableName]) return;
    this.#upserts.delete(em);
    const after = stateOf(em, meta, entity);
    // Of another key: what was to be written only where nothing is was there.
    if (keyOf(meta, after) !== upsert.key) return;
    noteChange(em, meta.tableName, upsert.key, upsert.before, after);
  }
}

type Meta = EventArgs<Row>['meta'];

function stateOf(em: FlushEventArgs['em'], meta: Meta, entity: Row): Row {
  return told(em, meta, em.getComparator().prepareEntity(entity));
}

/** As the database has it, but for arrays, which are text there, and what is encrypted. */
function told(em: FlushEventArgs['em'], meta: Meta, state: Row | undefined): Row {
  const platform = em.getPlatform();
  const row: Record<string, unknown> = { ...state };
  for (const { name, columnTypes, customType } of meta.props) {
    const value = row[name];
    if (customType instanceof SealedColumn) row[name] = openedBy(customType, value, platform);
    if (columnTypes[0]?.endsWith('[]') && typeof value === 'string') row[name] = platform.unmarshallArray(value);
  }
  return row;
}

function openedBy(column: SealedColumn, value: unknown, platform: Platform): unknown {
  return typeof value === 'string' ? column.convertToJSValue(value, platform) : value;
}
