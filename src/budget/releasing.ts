/** The work of the releasing lane. */
import type { LaneClient } from '../lane-connection.js';
import { notFound } from '../errors.js';
import type { LaneJob } from '../lane.js';
import { releaseReservations, type ReservationRow } from './end-reservations.sql.js';

/** Takes ids of reservations and answers with each as it is afterwards. */
export class Releasing implements LaneJob<string, ReservationRow> {
  async run(
    client: LaneClient,
    organizationId: string,
    ids: readonly string[],
  ): Promise<readonly (ReservationRow | Error)[]> {
    const rows = await releaseReservations(client, organizationId, [...new Set(ids)]);
    const byId = new Map(rows.map((row) => [row['id'], row]));
    return ids.map((id) => byId.get(id) ?? notFound('The reservation'));
  }
}
