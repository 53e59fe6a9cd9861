/** How long a processor is asked the same, under the same key, without knowing what has become of it. In ms. */

/**
 * A processor may keep the answer to a key, and Stripe does that with a failure of its own too, for 24 hours at least
 * (https://docs.stripe.com/api/idempotent_requests): more than some tries bring nothing.
 */
export const SEND_FOR_MS = 50 * 60_000;

/** By then what was sent last has had its effect or has none: what is not found is asked for anew, under another key. */
export const FORGET_AFTER_MS = 67 * 60_000;
