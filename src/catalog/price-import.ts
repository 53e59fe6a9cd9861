import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { registerEnumType } from 'type-graphql';
import type { ImportReport } from './import-plan.js';

export enum ImportOutcome {
  IMPORTED = 'IMPORTED',
  UNCHANGED = 'UNCHANGED',
  FAILED = 'FAILED',
}

registerEnumType(ImportOutcome, {
  name: 'PricingImportOutcome',
  description: 'What became of an attempt to import prices.',
  valuesConfig: {
    IMPORTED: { description: 'The prices were taken over.' },
    UNCHANGED: { description: 'They were the same as those imported last: nothing was written.' },
    FAILED: { description: 'They could not be used: the last good prices stay in force.' },
  },
});

/** One attempt to import prices, kept for good. */
@Entity({ tableName: 'price_import' })
export class PriceImport {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  /** `PACKAGE`, or the URL. */
  @Property({ type: 'text' })
  source!: string;

  @Property({ type: 'text' })
  outcome!: ImportOutcome;

  /** Of what was read; null where nothing could be. */
  @Property({ type: 'text', nullable: true })
  digest!: string | null;

  /** What the URL's server calls this state of its data. */
  @Property({ type: 'text', nullable: true })
  etag!: string | null;

  @Property({ type: 'text', nullable: true })
  failure!: string | null;

  @Property({ type: 'jsonb', nullable: true })
  report!: ImportReport | null;

  @Property({ type: 'timestamptz' })
  createdAt!: Date;
}

/** An attempt without the organization, which is always the nil one. */
export type ImportRow = Readonly<Omit<PriceImport, 'organizationId'>>;

/** One row, of the nil organization: counts the imports that changed something, and says when the next refresh is due. */
@Entity({ tableName: 'catalog_version' })
export class CatalogVersion {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @Property({ type: 'bigint', runtimeType: 'bigint' })
  version!: bigint;

  @Property({ type: 'timestamptz' })
  nextRefreshAt!: Date;
}
