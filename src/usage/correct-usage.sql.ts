import type { LaneClient } from '../lane-connection.js';

/** One record to take back, and what replaces it. */
export interface CorrectionRow {
  readonly key: string;
  readonly keyDay: string;
  /** Of the record that the caller is answered with: the replacement, or the reversal of a void. */
  readonly answerKey: string;
  readonly reversalKey: string;
  /** Of both. */
  readonly answerDay: string;
  /** SHA-256 in hex. */
  readonly contentHash: string;
  readonly reason: string;
  /** The API key that asks. */
  readonly actor: string;
  /** Columns of usage_record by name; null for a void. */
  readonly replacement: Readonly<Record<string, unknown>> | null;
}

export type CorrectionVerdict = 'WRITTEN' | 'EXISTING' | 'STALE' | 'NOT_FOUND' | 'REVERSAL' | 'ALREADY_CORRECTED';

export interface CorrectUsageResult {
  /** In the order of the call. */
  readonly verdicts: readonly CorrectionVerdict[];
  /** The rows under the keys of the answers, by column name, as `storedRecord` reads them. */
  readonly answers: readonly Readonly<Record<string, unknown>>[];
  readonly alertCount: number;
}

/** One call of the correcting function, which is a transaction of its own. Records and keys of answers are distinct. */
export async function correctUsage(
  client: LaneClient,
  organizationId: string,
  versions: { readonly catalogueVersion: bigint; readonly ownVersion: bigint },
  batchId: string,
  rows: readonly CorrectionRow[],
): Promise<CorrectUsageResult> {
  const result = await client.query<{
    verdicts: CorrectionVerdict[];
    answers: Record<string, unknown>[] | null;
    alert_count: number;
  }>({
    name: 'correct-usage',
    text: `SELECT verdicts, answers, alert_count FROM public.correct_usage($1, $2, $3, $4, $5)`,
    values: [organizationId, versions.catalogueVersion, versions.ownVersion, batchId, JSON.stringify(rows)],
  });
  const [row] = result.rows;
  if (!row) throw new Error('correct_usage gave no answer.');
  return { verdicts: row.verdicts, answers: row.answers ?? [], alertCount: row.alert_count };
}
