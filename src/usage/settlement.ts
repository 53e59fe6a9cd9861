/** What a record did to the reservation that it names. */
import type { Reservation } from '../budget/reservation.js';
import { storedReservation } from '../budget/stored-reservation.js';
import type { ReservationRow } from '../budget/end-reservations.sql.js';
import type { PicoUsd } from '../money.js';

export interface Settlement {
  /** Undefined where nobody asked. */
  readonly reservation: Reservation | undefined;
  /** Whether this record turned what was held into spending; another, or the end, may have been before it. */
  readonly settled: boolean;
  /** Whether it was charged more than was held for it, or came when nothing was held any more. */
  readonly overran: boolean;
}

interface Settling {
  readonly idempotencyKey: string;
  readonly keyDay: string;
  /** Null while it has no price. */
  readonly chargePicoUsd: PicoUsd | null;
}

export function settlementOf(record: Settling, row: ReservationRow): Settlement {
  const settled = isSettledBy(record, row);
  const overran = !settled || (record.chargePicoUsd ?? 0n) > BigInt(row['amount_pico_usd'] as string);
  const reservation = 'state' in row ? storedReservation(row) : undefined;
  return { reservation, settled, overran };
}

export function isSettledBy(
  { idempotencyKey, keyDay }: Pick<Settling, 'idempotencyKey' | 'keyDay'>,
  row: ReservationRow,
): boolean {
  return row['usage_key'] === idempotencyKey && row['usage_key_day'] === keyDay;
}
