/**
 * Another writer on the same database: it sets limits and spends by the database's own functions, as a server process
 * does, but says nothing of it to anybody unless it is told to.
 */
import { Pool, type PoolClient } from 'pg';
import { newId } from '../../src/node-id.js';
import { parseUsd } from '../../src/money.js';
import { testSealer } from './test-sealer.js';

export class Ledger {
  readonly pool: Pool;
  readonly #organization: Promise<string>;

  constructor(databaseUrl: string, organizationName = 'My organization') {
    this.pool = new Pool({ connectionString: databaseUrl });
    this.#organization = this.#named(organizationName);
  }

  async #named(name: string): Promise<string> {
    const sealer = await testSealer(this.pool);
    const { rows } = await this.pool.query<{ id: string; name: string }>(
      'SELECT organization_id AS id, name FROM organization',
    );
    return rows.find((row) => sealer.open('organization.name', row.name) === name)!.id;
  }

  async close(): Promise<void> {
    // It may never have been asked for.
    await this.#organization;
    return this.pool.end();
  }

  /** The account of a user, team or (without a name) the organization; made where it is missing. */
  async account(kind: 'USER' | 'TEAM' | 'ORGANIZATION', externalId = '', team?: string): Promise<string> {
    const organization = await this.#organization;
    const teamId = team === undefined ? null : await this.account('TEAM', team);
    await this.pool.query(
      `INSERT INTO account (organization_id, id, kind, external_id, team_id, created_at)
       VALUES ($1, $2, $3, $4, $5, tollgate_now()) ON CONFLICT (organization_id, kind, external_id) DO NOTHING`,
      [organization, newId(), kind, externalId, teamId],
    );
    const { rows } = await this.pool.query<{ id: string }>(
      'SELECT id FROM account WHERE organization_id = $1 AND kind = $2 AND external_id = $3',
      [organization, kind, externalId],
    );
    return rows[0]!.id;
  }

  /** A SOFT budget for the month; its thresholds are stored as set_budget is given them, in ascending order. */
  async limit(accountId: string, usd: string, percents: readonly number[] = [50, 80, 100]): Promise<string> {
    const id = newId();
    const thresholds = [...percents].sort((a, b) => a - b);
    await this.pool.query(
      `INSERT INTO budget (organization_id, id, account_id, rank, period, models_key, limit_pico_usd, enforcement,
         thresholds, zone, begins_at, created_at)
       SELECT a.organization_id, $2, a.id, CASE a.kind WHEN 'USER' THEN 1 WHEN 'TEAM' THEN 2 ELSE 3 END, 'MONTH', '',
         $4, 'SOFT', $5, 'UTC', date_trunc('month', tollgate_now(), 'UTC'), tollgate_now()
       FROM account a WHERE a.organization_id = $1 AND a.id = $3`,
      [await this.#organization, id, accountId, parseUsd(usd), thresholds],
    );
    return id;
  }

  /**
   * Books an amount; answers how many alerts it raised. Each account uses a model of its own, so that two accounts meet
   * on no row but those that their budgets, or the alert feed, make them meet on.
   */
  spend(accountId: string, usd: string, client: Pool | PoolClient = this.pool): Promise<number> {
    return this.#record(client, { accountId, kind: 'CALL', charge: parseUsd(usd), provider: 'own', model: accountId });
  }

  /** Books a call of a model that nobody knows. */
  callUnpriced(accountId: string, provider: string | null, model: string): Promise<number> {
    return this.#record(this.pool, { accountId, kind: 'CALL', charge: undefined, provider, model });
  }

  /** Tells the server processes that there is something new. */
  async announce(): Promise<void> {
    await this.pool.query(`SELECT pg_notify('alerts', $1)`, [await this.#organization]);
  }

  async #record(
    client: Pool | PoolClient,
    row: { accountId: string; kind: string; charge: bigint | undefined; provider: string | null; model: string | null },
  ): Promise<number> {
    const { rows } = await client.query<{ count: number }>(
      `SELECT r.alert_count AS count FROM catalog_version v, organization_gate g, record_usage(
         p_org => $1::uuid, p_catalogue_version => v.version, p_own_version => g.price_version, p_batch => $2::uuid,
         p_only_if_fits => false, p_enforce => false, p_with_periods => false, p_keys => ARRAY[$2::text], p_key_days => ARRAY[date '1970-01-01'],
         p_hashes => ARRAY['\\x00'::bytea], p_kinds => ARRAY[$3::text], p_accounts => ARRAY[$4::uuid],
         p_runs => ARRAY[NULL::text], p_reservations => ARRAY[NULL::uuid], p_providers_sent => ARRAY[$5::text],
         p_models_sent => ARRAY[$6::text], p_providers => ARRAY[NULL::text], p_models => ARRAY[NULL::text],
         p_quantities => ARRAY['{}'::jsonb], p_provider_usages => ARRAY[NULL::jsonb], p_tags => ARRAY[NULL::jsonb],
         p_reasons => ARRAY[NULL::text], p_pricings => ARRAY[NULL::uuid], p_lines => ARRAY[NULL::jsonb],
         p_unrated => ARRAY[false],
         p_unpriced_reasons => ARRAY[CASE WHEN $7::numeric IS NULL THEN 'UNKNOWN_MODEL' END],
         p_markups => ARRAY[NULL::numeric], p_costs => ARRAY[$7::numeric], p_charges => ARRAY[$7::numeric],
         p_occurred => ARRAY[tollgate_now()], p_budget_at => ARRAY[tollgate_now()], p_input_tokens => ARRAY[0::bigint],
         p_cache_read_tokens => ARRAY[0::bigint], p_cache_write_tokens => ARRAY[0::bigint],
         p_output_tokens => ARRAY[0::bigint]) r
       WHERE v.organization_id = '00000000-0000-0000-0000-000000000000' AND g.organization_id = $1::uuid`,
      [await this.#organization, newId(), row.kind, row.accountId, row.provider, row.model, row.charge ?? null],
    );
    return rows[0]!.count;
  }
}
