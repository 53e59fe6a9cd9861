import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** One call that wrote records, in a chain: appended by the call itself, and never changed. */
@Entity({ tableName: 'usage_digest' })
export class UsageDigest {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  /** From 1 on, without a gap. */
  @PrimaryKey({ type: 'bigint', runtimeType: 'bigint' })
  seq!: bigint;

  /** Of the records; nil: all that were written before there were digests. */
  @Property({ type: 'uuid' })
  batchId!: string;

  /** RECORDED: records were written. PRICED: some got their price. CORRECTED: the corrections beside those written. */
  @Property({ type: 'text' })
  kind!: 'RECORDED' | 'PRICED' | 'CORRECTED';

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  recordCount!: bigint;

  /** SHA-256 of the rows. */
  @Property({ type: 'blob' })
  digest!: Buffer;

  /** SHA-256 of the hash before it and of all of the entry. */
  @Property({ type: 'blob' })
  hash!: Buffer;

  @Property({ type: 'timestamptz' })
  at!: Date;
}

/** The end of an organization's chain. */
@Entity({ tableName: 'usage_digest_head' })
export class UsageDigestHead {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  lastSeq!: bigint;

  @Property({ type: 'blob' })
  lastHash!: Buffer;
}
