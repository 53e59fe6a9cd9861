// Why: limits per account and period; the period row carries everything that a decision needs, so the locked row decides.
import { Migration } from '@mikro-orm/migrations';
import { ENSURE_ACCOUNTS } from './sql/ensure-accounts.sql.js';
import { PERIOD_BOUNDS_SQL } from './sql/period-bounds.sql.js';

export class Budget20261123 extends Migration {
  override name = '20261123-3-budget';

  override up(): void {
    for (const statement of PERIOD_BOUNDS_SQL) this.addSql(statement);
    this.addSql(`CREATE TABLE budget (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      account_id uuid NOT NULL,
      rank smallint NOT NULL CHECK (rank BETWEEN 0 AND 3),
      period text NOT NULL CHECK (period IN ('DAY', 'WEEK', 'MONTH', 'YEAR', 'LIFETIME')),
      models text[],
      models_key text NOT NULL,
      name text CHECK (char_length(name) BETWEEN 1 AND 200),
      limit_pico_usd numeric(38,0) NOT NULL CHECK (limit_pico_usd >= 0 AND limit_pico_usd <> 'NaN'),
      enforcement text NOT NULL CHECK (enforcement IN ('HARD', 'SOFT', 'SHADOW')),
      thresholds int[] NOT NULL CHECK (0 < ALL (thresholds) AND 1000 >= ALL (thresholds)),
      anchor_day int CHECK (anchor_day BETWEEN 1 AND 31),
      anchor_month int CHECK (anchor_month BETWEEN 1 AND 12),
      zone text NOT NULL,
      begins_at timestamptz NOT NULL,
      created_at timestamptz NOT NULL,
      ended_at timestamptz,
      PRIMARY KEY (organization_id, id))`);
    this.addSql(`CREATE UNIQUE INDEX budget_identity_key ON budget (organization_id, account_id, period, models_key)
      WHERE ended_at IS NULL`);
    this.addSql(`CREATE INDEX budget_account_idx ON budget (organization_id, account_id)`);
    this.addSql(`CREATE TABLE budget_period (
      organization_id uuid NOT NULL,
      budget_id uuid NOT NULL,
      starts_at timestamptz NOT NULL,
      ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
      limit_pico_usd numeric(38,0) NOT NULL CHECK (limit_pico_usd >= 0 AND limit_pico_usd <> 'NaN'),
      spent_pico_usd numeric(38,0) NOT NULL DEFAULT 0 CHECK (spent_pico_usd <> 'NaN'),
      held_pico_usd numeric(38,0) NOT NULL DEFAULT 0 CHECK (held_pico_usd >= 0 AND held_pico_usd <> 'NaN'),
      enforcement text NOT NULL CHECK (enforcement IN ('HARD', 'SOFT', 'SHADOW')),
      thresholds int[] NOT NULL,
      grace_until timestamptz,
      rank smallint NOT NULL,
      PRIMARY KEY (organization_id, budget_id, starts_at)) WITH (fillfactor = 50)`);
    this.addSql(`ALTER TABLE budget ADD CONSTRAINT budget_account_fk
      FOREIGN KEY (organization_id, account_id) REFERENCES account (organization_id, id)`);
    this.addSql(ENSURE_ACCOUNTS);
  }
}
