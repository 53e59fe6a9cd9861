import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** What all servers together have given out of one limit in one minute; written by rate-limiter-flexible. */
@Entity({ tableName: 'rate_limit' })
export class RateLimitRow {
  /** The limit, whose it is, and the minute. */
  @PrimaryKey({ type: 'string', length: 255 })
  key!: string;

  @Property({ type: 'integer', default: 0 })
  points!: number;

  /** In ms since 1970, by the clock of a server: when it may be forgotten. */
  @Property({ type: 'bigint', nullable: true })
  expire!: string | null;
}
