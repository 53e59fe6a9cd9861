/** What must not be seen: all that stands in rows of one party and in none of another. */
import { Client } from 'pg';
import { decodeId } from '../../../src/node-id.js';
import { formatUsd } from '../../../src/money.js';
import { WALLED_TABLES } from '../tenant-rows.js';

const CATALOGUE = '00000000-0000-0000-0000-000000000000';
/** Shorter values are everybody's. */
const LEAST = 5;

/** When keys were used is written beside what is asked. */
const ROW = `to_jsonb(t) - 'last_used_at'`;

/** Every row of an organization, by table, as text. */
export async function rowsOf(client: Client, organizationId: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const table of WALLED_TABLES) {
    if (table === 'installation') continue;
    const { rows } = await client.query<{ row: string }>(
      `SELECT (${ROW})::text AS row FROM ${table} t WHERE organization_id = $1 ORDER BY 1`,
      [organizationId],
    );
    found.set(
      table,
      rows.map(({ row }) => row),
    );
  }
  return found;
}

/** The tables in which something is other than it was. */
export function changedTables(before: ReadonlyMap<string, string[]>, after: ReadonlyMap<string, string[]>): string[] {
  const isSame = (table: string) => before.get(table)?.join('\n') === after.get(table)?.join('\n');
  return [...after.keys()].filter((table) => !isSame(table));
}

/** The words of an answer that may be somebody's, those in opaque ids among them; what was sent is nobody's. */
function wordsOf(text: string, sent: readonly string[]): Set<string> {
  const apart = (said: string) => sent.reduce((rest, word) => rest.replaceAll(word, ' '), said);
  const words = new Set<string>(apart(text).match(/[\p{L}\p{N}_.:-]+/gu) ?? []);
  for (const word of [...words]) {
    const key = /^[\w-]{12,}$/.test(word) ? decodeId(word)?.key : undefined;
    if (key !== undefined) for (const inner of apart(key).split(/[^\w.-]+/)) words.add(inner);
  }
  return words;
}

/** Every value within a row, amounts as the API says them too. */
function valuesIn(value: unknown, name = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((inner) => valuesIn(inner, name));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([inner, of]) => valuesIn(of, inner));
  }
  // Instants are of the moment at which all was planted.
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return [];
  if (typeof value === 'string') return [value, value.replace(/^\\x/, ''), ...value.split(/\s+/)];
  if (typeof value === 'number' && /pico/.test(name) && Number.isSafeInteger(value)) return [formatUsd(BigInt(value))];
  return typeof value === 'number' ? [String(value)] : [];
}

const isMark = (word: string) => word.length >= LEAST && !/^\d{1,7}$/.test(word);

/** Ids of the processor's. */
const OF_PROCESSOR = /\b(?:pm|pi|re|cus|seti|du)_\w+/g;

export class Marks {
  /** What was looked through before, and what was found: many answers are the same. */
  readonly #known = new Map<string, readonly string[]>();

  private constructor(
    private readonly words: ReadonlySet<string>,
    private readonly stem: string,
  ) {}

  /**
   * Of one organization, where another is looked at.
   * @param told what each of them is told of itself: some of it is encrypted in its rows
   */
  static async between(
    client: Client,
    ids: { readonly theirs: string; readonly ours: string },
    told: { readonly theirs: string; readonly ours: string },
    stem: string,
  ): Promise<Marks> {
    const words = async (id: string) =>
      [...(await rowsOf(client, id)).values()].flat().flatMap((row) => valuesIn(JSON.parse(row)));
    const common = new Set([...(await words(ids.ours)), ...(await words(CATALOGUE)), ...wordsOf(told.ours, [])]);
    const theirs = [...(await words(ids.theirs)), ...(told.theirs.match(OF_PROCESSOR) ?? [])];
    return new Marks(new Set(theirs.filter((word) => isMark(word) && !common.has(word))), stem);
  }

  /** Of accounts within an organization, where others of it are looked at. */
  static async ofAccounts(client: Client, organizationId: string, names: readonly string[], stem: string) {
    const { rows } = await client.query<{ id: string }>(
      `WITH named AS (SELECT id FROM account WHERE organization_id = $1 AND external_id = ANY ($2))
      SELECT id::text FROM named
      UNION SELECT b.id::text FROM budget b JOIN named n ON n.id = b.account_id WHERE organization_id = $1
      UNION SELECT r.id::text FROM reservation r JOIN named n ON n.id = r.account_id WHERE organization_id = $1
      UNION SELECT s.id::text FROM subscription s JOIN named n ON n.id = s.account_id WHERE organization_id = $1`,
      [organizationId, names],
    );
    return new Marks(new Set(rows.map(({ id }) => id)), stem);
  }

  /** Those that stand in an answer, apart from what was sent. */
  in(text: string, sent: readonly string[] = []): readonly string[] {
    const said = sent.flatMap((word) => [word, decodeId(word)?.key ?? word]);
    const key = [text, ...said].join('\n');
    const isMarked = (word: string) => this.words.has(word) || word.includes(this.stem);
    const found = this.#known.get(key) ?? [...wordsOf(text, said)].filter(isMarked);
    this.#known.set(key, found);
    return found;
  }
}
