// Why: who asks and who spends, the gate that orders all changes of an organization, and the one clock.
import { Migration } from '@mikro-orm/migrations';

export class Identity20261123 extends Migration {
  override name = '20261123-1-identity';

  override up(): void {
    this.addSql(`CREATE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
      SET search_path = pg_catalog, pg_temp AS 'SELECT clock_timestamp()'`);

    this.addSql(`CREATE TABLE organization (
      organization_id uuid PRIMARY KEY,
      name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
      zone text NOT NULL,
      created_at timestamptz NOT NULL)`);
    this.addSql(`CREATE TABLE organization_gate (
      organization_id uuid PRIMARY KEY,
      last_cut_at timestamptz NOT NULL,
      price_version bigint NOT NULL)`);
    this.addSql(`CREATE TABLE account (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      kind text NOT NULL CHECK (kind IN ('ORGANIZATION', 'TEAM', 'USER', 'RUN')),
      external_id text NOT NULL CHECK (char_length(external_id) <= 255),
      name text CHECK (char_length(name) BETWEEN 1 AND 200),
      team_id uuid CHECK (team_id IS NULL OR kind = 'USER'),
      disabled_at timestamptz,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT account_external_id_key UNIQUE (organization_id, kind, external_id))`);
    this.addSql(`CREATE TABLE account_team (
      organization_id uuid NOT NULL,
      account_id uuid NOT NULL,
      team_id uuid NOT NULL,
      PRIMARY KEY (organization_id, account_id, team_id))`);
    this.addSql(`CREATE INDEX account_team_team_idx ON account_team (organization_id, team_id)`);
    this.addSql(`CREATE TABLE api_key (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
      prefix text NOT NULL,
      hash bytea NOT NULL,
      roles text[] NOT NULL CHECK (roles <@ ARRAY['OPERATOR', 'ADMIN', 'SERVICE', 'FINANCE', 'MEMBER'] AND cardinality(roles) > 0),
      account_id uuid,
      created_at timestamptz NOT NULL,
      revoked_at timestamptz,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT api_key_hash_key UNIQUE (organization_id, hash),
      CONSTRAINT api_key_member_check CHECK ((account_id IS NOT NULL) = ('MEMBER' = ANY (roles)) AND ('MEMBER' <> ALL (roles) OR cardinality(roles) = 1)))`);
    this.addSql(`CREATE TABLE installation (
      single boolean PRIMARY KEY CHECK (single),
      organization_id uuid NOT NULL)`);

    this.addSql(`ALTER TABLE organization_gate ADD CONSTRAINT organization_gate_organization_fk
      FOREIGN KEY (organization_id) REFERENCES organization (organization_id)`);
    this.addSql(`ALTER TABLE account ADD CONSTRAINT account_organization_fk
      FOREIGN KEY (organization_id) REFERENCES organization (organization_id)`);
    this.addSql(`ALTER TABLE account ADD CONSTRAINT account_team_fk
      FOREIGN KEY (organization_id, team_id) REFERENCES account (organization_id, id)`);
    this.addSql(`ALTER TABLE account_team ADD CONSTRAINT account_team_account_fk
      FOREIGN KEY (organization_id, account_id) REFERENCES account (organization_id, id)`);
    this.addSql(`ALTER TABLE api_key ADD CONSTRAINT api_key_organization_fk
      FOREIGN KEY (organization_id) REFERENCES organization (organization_id)`);
    this.addSql(`ALTER TABLE api_key ADD CONSTRAINT api_key_account_fk
      FOREIGN KEY (organization_id, account_id) REFERENCES account (organization_id, id)`);
  }
}
