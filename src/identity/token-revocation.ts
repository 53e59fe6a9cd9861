import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** Of a subject's tokens in one organization, those that were issued before an instant are refused. */
@Entity({ tableName: 'token_revocation' })
export class TokenRevocation {
  @PrimaryKey({ type: 'uuid' })
  organizationId!: string;

  /** The nil uuid: of all subjects. */
  @PrimaryKey({ type: 'uuid' })
  actorId!: string;

  @Property({ type: 'timestamptz' })
  revokedBefore!: Date;
}
