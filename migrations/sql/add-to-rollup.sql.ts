/** The end of each INSERT INTO usage_rollup AS r: what is offered is added to the row of its day, provider and model. */
export const ADD_TO_ROLLUP = `ON CONFLICT (organization_id, day, provider, model) DO UPDATE SET
    record_count = r.record_count + excluded.record_count,
    unpriced_count = r.unpriced_count + excluded.unpriced_count,
    unrated_count = r.unrated_count + excluded.unrated_count,
    input_tokens = r.input_tokens + excluded.input_tokens,
    cache_read_tokens = r.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = r.cache_write_tokens + excluded.cache_write_tokens,
    output_tokens = r.output_tokens + excluded.output_tokens,
    cost_pico_usd = r.cost_pico_usd + excluded.cost_pico_usd,
    charge_pico_usd = r.charge_pico_usd + excluded.charge_pico_usd`;
