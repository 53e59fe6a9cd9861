// Why: a key has an end and may be narrowed, is exchanged with an overlap, and says when it was used; tokens can be called back.
import { Migration } from '@mikro-orm/migrations';

export class Identity20261129 extends Migration {
  override name = '20261129-1-identity';

  override up(): void {
    this.addSql(`ALTER TABLE api_key
      ADD COLUMN scopes text[] CHECK (cardinality(scopes) > 0),
      ADD COLUMN expires_at timestamptz,
      ADD COLUMN last_used_at timestamptz`);
    // Of the subject only the id that is made of it: who it is stands nowhere.
    this.addSql(`CREATE TABLE token_revocation (
      organization_id uuid NOT NULL,
      actor_id uuid NOT NULL,
      revoked_before timestamptz NOT NULL,
      PRIMARY KEY (organization_id, actor_id),
      CONSTRAINT token_revocation_organization_fk FOREIGN KEY (organization_id) REFERENCES organization (organization_id))`);
  }
}
