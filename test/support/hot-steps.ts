/** A tenant whose hot functions are called as the server calls them, but without one: each call is a step of a schedule. */
import type { Client } from 'pg';
import { expireReservations, releaseReservations } from '../../src/budget/end-reservations.sql.js';
import { reserveBudget, type HoldRow } from '../../src/budget/reserve-budget.sql.js';
import { contentHash } from '../../src/content-hash.js';
import { AccountKind } from '../../src/identity/account.js';
import { ensureAccounts } from '../../src/identity/ensure-account.sql.js';
import { PICO_USD_PER_USD } from '../../src/money.js';
import { CATALOGUE, newId } from '../../src/node-id.js';
import type { PricedUsage } from '../../src/usage/priced-usage.js';
import { recordUsage, type UsageRow } from '../../src/usage/record-usage.sql.js';
import { UnpricedReason } from '../../src/usage/unpriced-reason.js';
import { priceUsage } from '../../src/usage/unpriced-usage.sql.js';
import { sql, type Step } from './stepped-schedule.js';

const ORGANIZATION = '';
/** The day of every key here. */
const keyDay = '1970-01-01';
const pico = (usd: number) => BigInt(usd) * PICO_USD_PER_USD;

export interface Hold {
  readonly key: string;
  readonly usd: number;
  /** Of the new reservation; made where it is not said. */
  readonly id?: string;
  /** The reservation to extend. */
  readonly extends?: string;
  readonly ttlSeconds?: number;
}

export interface Use {
  readonly key: string;
  /** undefined has no price. */
  readonly usd?: number;
  readonly reservationId?: string;
  readonly runId?: string;
}

export class Tenant {
  readonly #accounts = new Map<string, string>();
  readonly #told = new Map<string, Set<string>>();
  /** What reservations that are made beforehand can be called. */
  readonly first = newId();
  readonly second = newId();
  readonly third = newId();

  private constructor(
    readonly id: string,
    /** The instant of all its calls. */
    readonly now: Date,
    private readonly catalogueVersion: bigint,
  ) {}

  /** An organization, whose name nobody decrypts, with the user ada, of the team red, and the team blue; no budget. */
  static async make(client: Client): Promise<Tenant> {
    const [id, root] = [newId(), newId()];
    const { rows } = await client.query<{ now: Date; version: string }>({
      name: 'make-tenant',
      text: `WITH o AS (INSERT INTO organization (organization_id, name, zone, created_at)
          VALUES ($1, 'tg1:none', 'UTC', tollgate_now())),
        g AS (INSERT INTO organization_gate (organization_id, last_cut_at, price_version) VALUES ($1, 'epoch', 0)),
        f AS (INSERT INTO alert_feed (organization_id, last_cursor) VALUES ($1, 0)),
        a AS (INSERT INTO account (organization_id, id, kind, external_id, created_at)
          VALUES ($1, $2, 'ORGANIZATION', '', tollgate_now()))
        SELECT date_trunc('milliseconds', tollgate_now()) AS now, version FROM catalog_version WHERE organization_id = $3`,
      values: [id, root, CATALOGUE],
    });
    const tenant = new Tenant(id, rows[0]!.now, BigInt(rows[0]!.version));
    tenant.#accounts.set(ORGANIZATION, root);
    const wanted = [
      { kind: AccountKind.USER, externalId: 'ada', teamExternalId: 'red' },
      { kind: AccountKind.TEAM, externalId: 'red' },
      { kind: AccountKind.TEAM, externalId: 'blue' },
    ];
    const ids = await ensureAccounts(client, id, wanted, tenant.now, undefined);
    wanted.forEach(({ externalId }, n) => tenant.#accounts.set(externalId, ids[n]!));
    return tenant;
  }

  /** Users, made where they are missing; `usd` is the limit of a new one's default budget. */
  ensure(users: readonly string[], usd?: number): Step {
    const limit = usd === undefined ? undefined : pico(usd);
    const wanted = users.map((externalId) => ({ kind: AccountKind.USER, externalId, teamExternalId: 'red' }));
    return {
      name: 'ensure',
      run: async (client) => {
        const ids = await ensureAccounts(client, this.id, wanted, this.now, limit);
        return users.map((name, n) => `${name}${this.#numberOf(name, ids[n]!)}`).join('+');
      },
    };
  }

  /** The same of runs of ada. */
  ensureRuns(runs: readonly string[]): Step {
    const wanted = runs.map((externalId) => ({ kind: AccountKind.RUN, externalId, userExternalId: 'ada' }));
    return {
      name: 'ensure runs',
      run: async (client) => (await ensureAccounts(client, this.id, wanted, this.now, undefined)).length,
    };
  }

  /** 1 for the first account that anybody was told of under a name; another one would be 2. */
  #numberOf(name: string, id: string): number {
    const known = this.#told.get(name) ?? new Set();
    this.#told.set(name, known.add(id));
    return [...known].indexOf(id) + 1;
  }

  reserve(...holds: readonly Hold[]): Step {
    return this.reserveWith({ graceMs: 0 }, ...holds);
  }

  reserveWith({ graceMs }: { graceMs: number }, ...holds: readonly Hold[]): Step {
    const rows = holds.map((hold): HoldRow => this.#holdRow(hold));
    return {
      name: holds.some((hold) => hold.extends) ? 'extend' : 'reserve',
      run: async (client) => {
        const enforcement = { isOn: true, since: undefined, graceMs };
        const { verdicts } = await reserveBudget(client, { ...this.#versions, enforcement, withRows: false, rows });
        return verdicts.join('+');
      },
    };
  }

  get #versions() {
    return { organizationId: this.id, catalogueVersion: this.catalogueVersion, ownVersion: 0n };
  }

  #holdRow({ key, usd, id, extends: extended, ttlSeconds }: Hold): HoldRow {
    const said = { idempotencyKey: key, keyDay, contentHash: contentHash({ usd, extended }) };
    const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * 1000;
    const amountPicoUsd = pico(usd);
    const held = { provider: undefined, model: undefined, pricing: undefined, markup: 0n, amountPicoUsd };
    if (extended !== undefined) {
      const draft = { kind: 'EXTEND', ...said, reservationId: extended, amountPicoUsd, ttlMs } as const;
      return { draft, reservationId: extended, accountId: undefined, held, createdAt: this.now };
    }
    const account = { kind: AccountKind.USER, externalId: 'ada' };
    const nothing = { runId: undefined, provider: undefined, model: undefined };
    const asked = { kind: 'AMOUNT', picoUsd: amountPicoUsd } as const;
    const draft = { kind: 'RESERVE', ...said, ...nothing, account, asked, ttlMs: ttlMs ?? 600_000 } as const;
    return { draft, reservationId: id ?? newId(), accountId: this.idOf('ada'), held, createdAt: this.now };
  }

  /** Of a user, a team or, without a name, the organization. */
  idOf(name = ORGANIZATION): string {
    return this.#accounts.get(name)!;
  }

  /** Calls of ada. */
  record(...uses: readonly Use[]): Step {
    return this.#record(uses.some(({ reservationId }) => reservationId) ? 'settle' : 'record', false, uses);
  }

  /** Refused where a budget has no room for it. */
  deduct(use: Use): Step {
    return this.#record('deduct', true, [use]);
  }

  #record(name: string, onlyIfFits: boolean, uses: readonly Use[]): Step {
    return {
      name,
      run: async (client) => {
        const { existing, stale, reservations } = await recordUsage(client, {
          ...this.#versions,
          batchId: newId(),
          onlyIfFits,
          enforcement: { isOn: true, since: undefined, graceMs: 0 },
          withPeriods: false,
          withReservations: uses.some(({ reservationId }) => reservationId),
          withReservationRows: false,
          rows: uses.map((use) => this.#usageRow(use)),
        });
        const answerOf = ({ key, reservationId }: Use) => {
          if (existing.some((row) => row['idempotency_key'] === key)) return 'REPLAYED';
          if (stale.includes(key)) return 'STALE';
          if (reservationId === undefined) return 'RECORDED';
          return reservations.some((row) => row['usage_key'] === key) ? 'SETTLED' : 'OVERRAN';
        };
        return uses.map(answerOf).join('+');
      },
    };
  }

  #usageRow({ key, usd, reservationId, runId }: Use): UsageRow {
    return {
      accountId: this.idOf('ada'),
      price: usd === undefined ? { kind: 'UNPRICED', reason: UnpricedReason.UNKNOWN_MODEL } : priceOf(usd),
      draft: {
        kind: 'CALL',
        idempotencyKey: key,
        keyDay,
        contentHash: contentHash({ usd, reservationId }),
        account: { kind: AccountKind.USER, externalId: 'ada' },
        runId,
        reservationId,
        provider: undefined,
        model: 'small',
        quantities: new Map(),
        quantitiesJson: {},
        providerUsage: undefined,
        problem: undefined,
        tags: undefined,
        occurredAt: this.now,
        budgetAt: this.now,
      },
    };
  }

  /** Gives records their price. */
  price(...uses: readonly { key: string; usd: number }[]): Step {
    const tokens = { input: 0n, cacheRead: 0n, cacheWrite: 0n, output: 0n };
    const rows = uses.map(({ key, usd }) => ({ key, keyDay, price: priceOf(usd), tokens }));
    return {
      name: 'price',
      run: async (client) => (await priceUsage(client, this.id, this.#versions, rows)).priced ?? 'STALE',
    };
  }

  release(...ids: readonly string[]): Step {
    return {
      name: 'release',
      run: async (client) => (await releaseReservations(client, this.id, ids)).map(({ state }) => state).join('+'),
    };
  }

  /** As it will be in an hour. */
  expire(): Step {
    return {
      name: 'expire',
      run: async (client) => {
        await client.query(`SET tollgate.ahead = '3600'`);
        try {
          return await expireReservations(client, this.id);
        } finally {
          // A transaction that failed takes it back itself.
          await client.query(`SET tollgate.ahead = '0'`).catch(() => undefined);
        }
      },
    };
  }

  /** Of ada and of the organization. */
  limits(): Step[] {
    return [this.setBudget('ada', 10), this.setBudget(undefined, 100)];
  }

  /** HARD, for a month. */
  setBudget(name: string | undefined, usd: number, thresholds: readonly number[] = []): Step {
    const text = `SELECT FROM set_budget($1, $2, $3, 'MONTH', NULL, '', $4, 'HARD', $5, 1, 1, true, NULL, $6)`;
    return { ...sql(text, [this.id, newId(), this.idOf(name), pico(usd), thresholds, this.now]), name: 'set' };
  }

  /** @param seconds from the instant of its calls; what is after it does not count. */
  deleteBudget(name: string | undefined, seconds: number): Step {
    const at = new Date(this.now.getTime() + seconds * 1000);
    const text = 'SELECT delete_budget($1, b.id, $3) FROM budget b WHERE b.organization_id = $1 AND b.account_id = $2';
    return { ...sql(text, [this.id, this.idOf(name), at]), name: 'delete' };
  }

  /** Ada to the team blue. */
  move(): Step {
    return {
      name: 'move',
      run: async (client) => {
        await client.query('SELECT FROM organization_gate WHERE organization_id = $1 FOR UPDATE', [this.id]);
        const values = [this.id, this.idOf('ada'), this.idOf('blue')];
        await client.query('UPDATE account SET team_id = $3 WHERE organization_id = $1 AND id = $2', values);
        await client.query(
          'INSERT INTO account_team (organization_id, account_id, team_id) VALUES ($1, $2, $3)',
          values,
        );
        return 'BLUE';
      },
    };
  }

  /** Prices of its own that no process has read yet. */
  changePrices(): Step {
    const text = 'UPDATE organization_gate SET price_version = price_version + 1 WHERE organization_id = $1';
    return { ...sql(text, [this.id]), name: 'change prices' };
  }

  /** Budgets are without rows, as at the beginning of their next period. */
  beginPeriod(): Step {
    return sql('DELETE FROM budget_period WHERE organization_id = $1', [this.id]);
  }

  /** Takes rows that calls have to wait for. */
  lock(rows: 'gate' | 'organization'): Step {
    const from = { gate: 'organization_gate WHERE', organization: 'budget_period WHERE rank = 3 AND' };
    return sql(`SELECT FROM ${from[rows]} organization_id = $1 FOR UPDATE`, [this.id]);
  }
}

function priceOf(usd: number): PricedUsage {
  const nothing = { pricingId: undefined, lines: [], hasUnratedUnits: false, markup: 0n };
  const amount = pico(usd);
  return { kind: 'PRICED', provider: 'own', model: 'small', ...nothing, costPicoUsd: amount, chargePicoUsd: amount };
}
