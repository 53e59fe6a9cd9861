import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** A key by which something in this database is, or may be, encrypted. The key itself is never here. */
@Entity({ tableName: 'encryption_key' })
export class EncryptionKeyRow {
  @PrimaryKey({ type: 'text' })
  id!: string;

  /** What blind indexes are made with, encrypted by this key: whoever has another key under this id cannot decrypt it. */
  @Property({ type: 'text' })
  indexKey!: string;

  /** When a server last said that it encrypts by it. */
  @Property({ type: 'timestamptz' })
  usedAt!: Date;

  /** From before there was encryption nothing is left in plain text. */
  @Property({ type: 'boolean' })
  isWhole!: boolean;
}
