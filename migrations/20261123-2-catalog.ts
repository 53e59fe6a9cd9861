// Why: which models exist and what they cost, as dated versions that are never edited once in effect.
import { Migration } from '@mikro-orm/migrations';

/** Rows of the nil organization are the catalogue, readable by all; others are an organization's own. */
export class Catalog20261123 extends Migration {
  override name = '20261123-2-catalog';

  override up(): void {
    this.addSql(`CREATE TABLE catalog_version (
      organization_id uuid PRIMARY KEY,
      version bigint NOT NULL,
      next_refresh_at timestamptz NOT NULL)`);
    this.addSql(
      `INSERT INTO catalog_version VALUES ('00000000-0000-0000-0000-000000000000', 0, '1970-01-01T00:00:00Z')`,
    );
    this.addSql(`CREATE TABLE provider (
      organization_id uuid NOT NULL,
      provider text NOT NULL,
      display_name text NOT NULL,
      provider_match jsonb,
      model_match jsonb,
      fallback_providers text[] NOT NULL,
      extractors jsonb NOT NULL,
      place int NOT NULL,
      retired_at timestamptz,
      PRIMARY KEY (organization_id, provider))`);
    this.addSql(`CREATE TABLE model (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      provider text NOT NULL,
      name text NOT NULL,
      display_name text NOT NULL,
      description text,
      match jsonb,
      context_window bigint,
      deprecated boolean NOT NULL,
      place int NOT NULL,
      retired_at timestamptz,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT model_name_key UNIQUE (organization_id, provider, name))`);
    this.addSql(`CREATE TABLE pricing (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      provider text NOT NULL,
      model text NOT NULL,
      effective_from timestamptz NOT NULL CHECK (effective_from >= '1970-01-01T00:00:00Z'),
      card jsonb NOT NULL,
      import_id uuid,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, id),
      CONSTRAINT pricing_effective_from_key UNIQUE (organization_id, provider, model, effective_from))`);
    this.addSql(`CREATE TABLE price_import (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      source text NOT NULL,
      outcome text NOT NULL CHECK (outcome IN ('IMPORTED', 'UNCHANGED', 'FAILED')),
      digest text CHECK ((digest IS NULL) = (outcome = 'FAILED')),
      etag text,
      failure text CHECK ((failure IS NOT NULL) = (outcome = 'FAILED')),
      report jsonb,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (organization_id, id))`);
  }
}
