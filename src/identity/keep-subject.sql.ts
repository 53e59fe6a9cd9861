import type { Pool } from 'pg';
import { sealerOf } from '../encryption/sealer.js';

interface Seen {
  readonly organizationId: string;
  /** As an actor. */
  readonly actorId: string;
  readonly accountId: string | null;
  readonly subject: string;
}

/** Whom the issuer of a token calls so, encrypted. One that is there stays. */
export async function keepSubject(pool: Pool, { organizationId, actorId, accountId, subject }: Seen): Promise<void> {
  await pool.query({
    name: 'keep-subject',
    text: 'SELECT FROM keep_token_subject($1, $2, $3, $4)',
    values: [organizationId, actorId, accountId, sealerOf(pool).seal('token_subject.subject', subject)],
  });
}
