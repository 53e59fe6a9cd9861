import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** Of a subject's tokens in one organization, those that were issued before an instant are refused. */
@Entity({ tableName: 'token_revocation' })
export class TokenRevocation {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  /** Empty: of all subjects. */
  @PrimaryKey({ type: 'text' })
  subject!: string;

  @Property({ type: 'timestamptz' })
  revokedBefore!: Date;
}
