import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { MatchableProvider } from './match-model.js';
import type { MatchRule } from './match-rule.js';
import type { UsageExtractor } from './usage-extractor.js';

/** Who offers models, as the catalogue has it. Written by the import only. */
@Entity({ tableName: 'provider' })
export class Provider implements MatchableProvider {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  @PrimaryKey({ type: 'text' })
  provider!: string;

  @Property({ type: 'text' })
  displayName!: string;

  @Property({ type: 'jsonb', nullable: true })
  providerMatch!: MatchRule | null;

  @Property({ type: 'jsonb', nullable: true })
  modelMatch!: MatchRule | null;

  @Property({ type: 'text[]' })
  fallbackProviders!: string[];

  @Property({ type: 'jsonb' })
  extractors!: UsageExtractor[];

  /** Its place in the catalogue: of several that match, the first one wins. */
  @Property({ type: 'integer' })
  place!: number;

  /** Since when the catalogue does not have it any more. It still matches, after all others. */
  @Property({ type: 'timestamptz', nullable: true })
  retiredAt!: Date | null;
}
