import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { MarkupRate } from './markup.js';

/** What is added to the costs of an account from an instant on. Records keep the markup that they were priced with. */
@Entity({ tableName: 'account_markup' })
export class AccountMarkup {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'uuid' })
  accountId!: string;

  /** Inclusive. */
  @PrimaryKey({ type: 'timestamptz' })
  effectiveFrom!: Date;

  /** Exclusive; null for no end. */
  @Property({ type: 'timestamptz', nullable: true })
  effectiveTo!: Date | null;

  /** By provider and model; none for cost as it is. */
  @Property({ type: 'jsonb' })
  rates!: MarkupRate[];

  /** The subscription that says so. */
  @Property({ type: 'uuid' })
  sourceId!: string;
}
