/** Reservations as the hot functions write them to JSON. */
import { Reservation, type ReservationState } from './reservation.js';
import type { ReservationRow } from './end-reservations.sql.js';

export function storedReservation(row: ReservationRow): Reservation {
  const text = (name: string) => row[name] as string | null;
  const instant = (name: string) => new Date(row[name] as string);
  return Object.assign(new Reservation(), {
    organizationId: text('organization_id'),
    reservationId: text('id'),
    accountId: text('account_id'),
    userId: text('user_id'),
    teamId: text('team_id'),
    runId: text('run_id'),
    providerSent: text('provider_sent'),
    modelSent: text('model_sent'),
    provider: text('provider'),
    model: text('model'),
    pricingId: text('pricing_id'),
    amountPicoUsd: BigInt(text('amount_pico_usd') ?? '0'),
    state: text('state') as ReservationState,
    budgetIds: row['budget_ids'] as string[],
    periodStarts: (row['period_starts'] as string[]).map((start) => new Date(start)),
    createdAt: instant('created_at'),
    expiresAt: instant('expires_at'),
    endedAt: row['ended_at'] === null ? null : instant('ended_at'),
    usageKey: text('usage_key'),
    usageKeyDay: text('usage_key_day'),
  });
}
