// Why: people look at usage, budgets and prices with plain SQL, under the names of the integration guide.
import { Migration } from '@mikro-orm/migrations';

/** Costs are USD with 12 places: products of integers and powers of ten, so no digit is lost. */
export class Views20261123 extends Migration {
  override name = '20261123-8-views';

  override up(): void {
    this.addSql(`CREATE VIEW token_usage (
        user_id, model, prompt_tokens, completion_tokens, cost, "timestamp", organization_id) AS
      SELECT a.external_id, coalesce(u.model, u.model_sent), coalesce((u.quantities ->> 'INPUT_TOKENS')::numeric, 0),
        coalesce((u.quantities ->> 'OUTPUT_TOKENS')::numeric, 0), u.cost_pico_usd * 0.000000000001, u.occurred_at,
        u.organization_id
      FROM public.usage_record u
      LEFT JOIN public.account a ON a.organization_id = u.organization_id AND a.id = u.user_id`);
    this.addSql(`COMMENT ON VIEW token_usage IS
      'One row per usage record. user_id: null for what no user spent; cost: USD, null while it has no price.'`);

    this.addSql(`CREATE VIEW user_budgets (user_id, monthly_limit, current_usage, reset_date, organization_id) AS
      SELECT a.external_id, b.limit_pico_usd * 0.000000000001, coalesce(bp.spent_pico_usd, 0) * 0.000000000001,
        coalesce(bp.ends_at, w.ends_at), b.organization_id
      FROM public.budget b
      JOIN public.account a ON a.organization_id = b.organization_id AND a.id = b.account_id AND a.kind = 'USER'
      CROSS JOIN LATERAL public.period_bounds(b.period, b.zone, b.anchor_day, b.anchor_month, public.tollgate_now()) AS w
      LEFT JOIN public.budget_period bp ON bp.organization_id = b.organization_id AND bp.budget_id = b.id
        AND bp.starts_at = w.starts_at
      WHERE b.period = 'MONTH' AND b.models IS NULL AND b.ended_at IS NULL`);
    this.addSql(`COMMENT ON VIEW user_budgets IS
      'Each user''s budget of a month for all models, in its current period. Amounts in USD; reset_date: the instant at which the next period begins.'`);

    this.addSql(`CREATE VIEW pricing_models (
        model_name, provider, prompt_token_price, completion_token_price, effective_date, organization_id) AS
      SELECT p.model, p.provider, round(prompt.usd, 12), round(completion.usd, 12), p.effective_from, p.organization_id
      FROM public.pricing p
      CROSS JOIN LATERAL (
        SELECT CASE WHEN jsonb_array_length(p.card -> 'rates') = 0 AND p.card -> 'windows' IS NULL THEN 0
          ELSE max((r ->> 'picoUsd')::numeric * 0.000000000001 / (r ->> 'per')::numeric) END AS usd
        FROM jsonb_array_elements(p.card -> 'rates') r WHERE r ->> 'unit' = 'INPUT_TOKENS') prompt
      CROSS JOIN LATERAL (
        SELECT CASE WHEN jsonb_array_length(p.card -> 'rates') = 0 AND p.card -> 'windows' IS NULL THEN 0
          ELSE max((r ->> 'picoUsd')::numeric * 0.000000000001 / (r ->> 'per')::numeric) END AS usd
        FROM jsonb_array_elements(p.card -> 'rates') r WHERE r ->> 'unit' = 'OUTPUT_TOKENS') completion`);
    this.addSql(`COMMENT ON VIEW pricing_models IS
      'One row per price version. Prices: USD per token below all context tiers and outside of all windows, null without a rate. organization_id: the nil uuid for the catalogue.'`);
  }
}
