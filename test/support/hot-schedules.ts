/** Schedules of hot calls on a database of their own, and what comes out of them: over all orders, each outcome once. */
import { formatUsd } from '../../src/money.js';
import { booksOf } from './books.js';
import { cloneDatabase, type TestDatabase } from './database.js';
import { keepHistory } from './grant-history.js';
import { Tenant } from './hot-steps.js';
import {
  alone,
  committed,
  holding,
  ROLLBACK,
  rolledBack,
  Stage,
  type Run,
  type Session,
  type Step,
} from './stepped-schedule.js';

export interface Meeting {
  /** What the tenant has done before. */
  before(tenant: Tenant): readonly Step[];
  /** The calls that meet. */
  calls(tenant: Tenant): readonly Step[];
}

/** How calls meet. */
export type Arrangement = (calls: readonly Step[], tenant: Tenant) => readonly Session[];

/** Each holds all its locks while the others go as far as they can. */
export const together: Arrangement = (calls) => calls.map((call) => committed(call));

/** The first is taken back. */
export const firstUndone: Arrangement = ([first, ...others]) => [
  rolledBack(first!),
  ...others.map((call) => committed(call)),
];

/** Each stops in its middle, before the last period row, with all locks that come before it. */
export const queued: Arrangement = (calls, tenant) => [
  holding(tenant.lock('organization')),
  ...calls.map((call) => alone(call)),
];

/** Each stops before its first lock, and then they really run at once. */
export const atTheGate: Arrangement = (calls, tenant) => [
  holding(tenant.lock('gate')),
  ...calls.map((call) => alone(call)),
];

/** The last is in the way of the others, and is taken back. */
export const behindTheLast: Arrangement = (calls) => [
  { ...holding(calls.at(-1)!), steps: [ROLLBACK] },
  ...calls.slice(0, -1).map((call) => alone(call)),
];

/** Users of the clock of these databases may be ahead of it. */
const CLOCK = `CREATE OR REPLACE FUNCTION tollgate_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_timestamp((extract(epoch FROM clock_timestamp())
      + coalesce(nullif(current_setting('tollgate.ahead', true), ''), '0')::numeric)::float8) $$`;

interface PeriodLine {
  readonly account: string;
  readonly ended: boolean;
  readonly limit: string;
  /** Null where there is no period row yet. */
  readonly spent: string | null;
  readonly held: string | null;
  /** By the records and the reservations. */
  readonly charged: string;
  readonly reserved: string;
}

const PERIODS = `SELECT coalesce(nullif(a.external_id, ''), 'all') AS account, b.ended_at IS NOT NULL AS ended,
    b.limit_pico_usd AS limit, bp.spent_pico_usd AS spent, bp.held_pico_usd AS held,
    coalesce((SELECT sum(u.charge_pico_usd) FROM usage_record u WHERE u.organization_id = $1
      AND u.budget_at >= bp.starts_at AND u.budget_at < bp.ends_at AND (b.ended_at IS NULL OR u.budget_at < b.ended_at)
      AND CASE b.rank WHEN 1 THEN u.user_id = a.id WHEN 2 THEN u.team_id = a.id ELSE true END), 0) AS charged,
    coalesce((SELECT sum(r.amount_pico_usd) FROM reservation r WHERE r.organization_id = $1 AND r.state = 'HELD'
      AND (b.id = ANY (r.budget_ids) OR b.ended_at IS NULL
        AND CASE b.rank WHEN 1 THEN r.user_id = a.id WHEN 2 THEN r.team_id = a.id ELSE true END)), 0) AS reserved
  FROM budget b
  JOIN account a ON a.organization_id = $1 AND a.id = b.account_id
  LEFT JOIN budget_period bp ON bp.organization_id = $1 AND bp.budget_id = b.id
  WHERE b.organization_id = $1
  ORDER BY b.rank, a.external_id, bp.starts_at`;

interface OtherLine {
  readonly states: string | null;
  readonly alerts: string | null;
  /** Reservations that no key stands for. */
  readonly keyless: boolean;
  /** Whether any commit granted something above a limit that is in force. */
  readonly overstepped: boolean;
}

const OTHERS = `SELECT
    (SELECT string_agg(r.state, '+' ORDER BY r.state) FROM reservation r WHERE r.organization_id = $1) AS states,
    (SELECT string_agg(coalesce(l.threshold::text, l.kind), '+' ORDER BY l.cursor) FROM alert l
      WHERE l.organization_id = $1) AS alerts,
    EXISTS (SELECT FROM reservation r WHERE r.organization_id = $1 AND NOT EXISTS (SELECT FROM reservation_key k
      WHERE k.organization_id = $1 AND k.reservation_id = r.id)) AS keyless,
    EXISTS (SELECT FROM grant_history h JOIN budget b ON b.organization_id = $1 AND b.id = h.budget_id
      WHERE b.grace_until IS NULL AND b.ended_at IS NULL AND h.enforcement = 'HARD' AND h.granted_pico_usd > 0
        AND h.spent_pico_usd + h.held_pico_usd > h.limit_pico_usd) AS overstepped`;

export interface Break {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export class HotSchedules {
  private constructor(
    private readonly database: TestDatabase,
    private readonly stage: Stage,
  ) {}

  static async open(): Promise<HotSchedules> {
    const database = await cloneDatabase();
    const stage = await Stage.open(database.url, 4);
    await stage.control.query(CLOCK);
    await keepHistory(stage.control);
    return new HotSchedules(database, stage);
  }

  async close(): Promise<void> {
    await this.stage.close();
    // Controls break them, after they were looked at.
    await this.database.drop('BROKEN');
  }

  /** What is wrong in the books of all tenants. */
  wrongBooks(): Promise<string[]> {
    return booksOf(this.stage.control);
  }

  /**
   * What comes out of all orders of all arrangements: what each call answered, then of each budget what is spent + held /
   * its limit, then the reservations and the alerts. Books that are wrong are told as WRONG.
   */
  async outcomes(meeting: Meeting, arrangements: readonly Arrangement[] = [together, queued]): Promise<string[]> {
    const { control } = this.stage;
    const lines = new Set<string>();
    for (const arrangement of arrangements) {
      let tenant!: Tenant;
      let hasWaited = false;
      const open = async () => {
        tenant = await Tenant.make(control);
        for (const step of meeting.before(tenant)) await step.run(control);
        return arrangement(meeting.calls(tenant), tenant);
      };
      for await (const run of this.stage.everyOrder(open)) {
        hasWaited ||= run.some((taken) => taken.hasWaited);
        lines.add([answersOf(run), ...(await this.#stateOf(tenant))].join(' | '));
      }
      if (!hasWaited) lines.add('WRONG: in no order did a step wait for another');
    }
    return [...lines].sort();
  }

  /** The same where a function of the database has another text at one place. */
  async outcomesBroken(meeting: Meeting, { name, from, to }: Break): Promise<string[]> {
    const { control } = this.stage;
    const { rows } = await control.query<{ text: string }>(
      `SELECT pg_get_functiondef(oid) AS text FROM pg_proc
       WHERE proname = $1 AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')`,
      [name],
    );
    const { text } = rows[0]!;
    const broken = text.replaceAll(from, to);
    if (broken === text) throw new Error(`${name} has no such place.`);
    await control.query(broken);
    try {
      return await this.outcomes(meeting);
    } finally {
      await control.query(text);
    }
  }

  async #stateOf(tenant: Tenant): Promise<string[]> {
    const { control } = this.stage;
    const { rows } = await control.query<PeriodLine>({ name: 'periods', text: PERIODS, values: [tenant.id] });
    const others = await control.query<OtherLine>({ name: 'others', text: OTHERS, values: [tenant.id] });
    const { states, alerts, keyless, overstepped } = others.rows[0]!;
    const known = rows.filter(({ spent }) => spent !== null);
    return [
      rows.map(periodText).join(', '),
      ...(states === null ? [] : [states]),
      ...(alerts === null ? [] : [alerts]),
      ...known.filter((row) => row.spent !== row.charged).map(({ account }) => `WRONG: spent of ${account}`),
      ...known.filter((row) => row.held !== row.reserved).map(({ account }) => `WRONG: held of ${account}`),
      ...(keyless ? ['WRONG: a reservation without a key'] : []),
      ...(overstepped ? ['WRONG: a grant over a limit'] : []),
    ];
  }
}

function periodText({ account, ended, spent, held, limit }: PeriodLine): string {
  const [has, holds, may] = [spent, held, limit].map((amount) => amount && formatUsd(BigInt(amount)));
  return `${account} ${has ?? ''}+${holds ?? ''}/${may}${ended ? ' ended' : ''}`;
}

function answersOf(run: Run): string {
  const undone = new Set(run.filter(({ step }) => step === ROLLBACK.name).map(({ session }) => session));
  return run
    .filter(({ step, error }) => !['COMMIT', 'ROLLBACK'].includes(step) || error !== undefined)
    .toSorted((a, b) => a.session - b.session)
    .map(({ session, step, answer, error }) =>
      [step, error ?? answer, ...(undone.has(session) ? ['undone'] : [])].join(' '),
    )
    .join(', ');
}
