/** What callers do: hold, extend, settle, release, forget; while somebody moves the limits and somebody looks. */
import { v7 as newKey } from 'uuid';
import { formatUsd } from '../src/money.js';
import { seededRandom } from '../test/support/fault-proxy.js';
import {
  CreateOrganizationDocument,
  ExtendSeenDocument,
  LimitSeenDocument,
  ReleaseSeenDocument,
  ReserveSeenDocument,
  SettleSeenDocument,
  StatusSeenDocument,
  type ReserveBudgetInput,
  type SetBudgetInput,
} from '../test/support/generated/operations.js';
import { Caller } from './caller.js';
import type { Crew } from './crew.js';
import { OPERATOR_KEY } from './crew.js';
import { instant } from './instant.js';
import { Journal } from './journal.js';

const USERS = 6;
const TEAMS = 2;
/** Of each organization: so many users have a run with a budget of its own. */
const RUNS = 3;
const MICRO_USD = 1_000_000n;
/** 0.15 USD for a million prompt tokens, so that holds and not charges move the budgets. */
const MODEL = 'gpt-4o-mini';
const CALLS_PER_LIMIT = 15;
const CALLS_PER_LOOK = 25;
const LONG_TTL_S = 600;
const SHORT_TTL_S = 1;
/** After the end of a reservation that nobody settles, until a late caller comes. */
const LATE_MS = 1_500;

interface Tenant {
  readonly key: string;
  readonly budgets: readonly { readonly input: SetBudgetInput; readonly roomMicroUsd: number }[];
}

interface Late {
  readonly id: string;
  readonly tenant: Tenant;
  readonly due: number;
}

type Fate = 'settle' | 'overrun' | 'release' | 'forget' | 'settle twice' | 'settle and release';

const FATES: readonly (readonly [Fate, share: number])[] = [
  ['settle', 0.59],
  ['overrun', 0.01],
  ['release', 0.12],
  ['forget', 0.12],
  ['settle twice', 0.08],
  ['settle and release', 0.08],
];

export class Load {
  readonly journal = new Journal();
  readonly caller: Caller;
  readonly #tenants: Tenant[] = [];
  readonly #random: () => number;
  readonly #late: Late[] = [];
  #isStopped = false;

  private constructor(crew: Crew, seed: number) {
    this.caller = new Caller(crew);
    this.#random = seededRandom(seed);
  }

  /** @param organizations each with a budget on every level, below each other. */
  static async open(crew: Crew, organizations: number, seed: number): Promise<Load> {
    const load = new Load(crew, seed);
    for (let n = 0; n < organizations; n += 1) await load.#found(`org-${n}`);
    return load;
  }

  /** Runs callers until `stop`. */
  async run(callers: number): Promise<void> {
    this.#isStopped = false;
    const busy = Array.from({ length: callers }, (_, n) => this.#repeat(() => this.#callOf(this.#tenantOf(n))));
    const movers = this.#tenants.map((tenant) => this.#repeat(() => this.#moveLimit(tenant)));
    const watchers = this.#tenants.map((tenant) => this.#repeat(() => this.#look(tenant)));
    await Promise.all([...busy, ...movers, ...watchers]);
    for (const late of this.#late.splice(0)) await this.#settle(late.tenant, late.id, this.#tokens());
  }

  stop(): void {
    this.#isStopped = true;
    this.journal.waitNoLonger();
  }

  async #repeat(work: () => Promise<void>): Promise<void> {
    while (!this.#isStopped) await work();
  }

  #tenantOf(n: number): Tenant {
    const tenant = this.#tenants[n % this.#tenants.length];
    if (!tenant) throw new Error('There is no organization.');
    return tenant;
  }

  async #found(name: string): Promise<void> {
    const made = await this.caller.ask(CreateOrganizationDocument, { input: { name } }, OPERATOR_KEY);
    const key = made.data?.createOrganization.apiKeyValue ?? '';
    const common = { period: 'LIFETIME', enforcement: 'HARD', thresholds: [] } as const;
    const budget = (suffix: string, roomMicroUsd: number, account: Partial<SetBudgetInput>) => {
      const limit = formatUsd(BigInt(roomMicroUsd) * MICRO_USD);
      return { roomMicroUsd, input: { ...common, thresholds: [], ...account, name: `${name}${suffix}`, limit } };
    };
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
    const budgets = [
      budget('', 120_000, {}),
      ...numbers(TEAMS).map((n) => budget(`/team-${n}`, 80_000, { teamId: `team-${n}` })),
      ...numbers(USERS).map((n) => budget(`/user-${n}`, 30_000, { userId: `user-${n}`, teamId: `team-${n % TEAMS}` })),
      ...numbers(RUNS).map((n) => budget(`/run-${n}`, 20_000, { userId: `user-${n}`, runId: `run-${n}` })),
    ];
    for (const { input } of budgets) {
      await this.caller.ask(LimitSeenDocument, { input }, key);
      this.journal.made(input.name, BigInt(Math.round(Number(input.limit) * 1e6)) * MICRO_USD);
    }
    this.#tenants.push({ key, budgets });
  }

  async #callOf(tenant: Tenant): Promise<void> {
    const late = this.#late[0];
    if (late && late.due < instant()) {
      this.#late.shift();
      return this.#settle(late.tenant, late.id, this.#tokens());
    }
    const fate = this.#fate();
    const ttlSeconds = fate === 'forget' ? SHORT_TTL_S : LONG_TTL_S;
    const id = await this.#reserve(tenant, ttlSeconds);
    if (id === undefined) return;
    if (this.#random() < 0.25) await this.#extend(tenant, id);
    switch (fate) {
      case 'settle':
        return this.#settle(tenant, id, this.#tokens());
      case 'overrun':
        return this.#settle(tenant, id, 45_000 + this.#tokens());
      case 'release':
        return this.#release(tenant, id);
      case 'forget':
        if (this.#random() < 0.5) this.#late.push({ id, tenant, due: instant() + SHORT_TTL_S * 1000 + LATE_MS });
        return;
      case 'settle twice':
        await Promise.all([this.#settle(tenant, id, this.#tokens()), this.#settle(tenant, id, this.#tokens())]);
        return;
      case 'settle and release':
        await Promise.all([this.#settle(tenant, id, this.#tokens()), this.#release(tenant, id)]);
    }
  }

  async #reserve({ key }: Tenant, ttlSeconds: number): Promise<string | undefined> {
    const n = this.#below(USERS);
    const input: ReserveBudgetInput = {
      idempotencyKey: newKey(),
      userId: `user-${n}`,
      ttlSeconds,
      model: MODEL,
      ...(n < RUNS && this.#random() < 0.6 && { runId: `run-${n}` }),
      ...(this.#random() < 0.2
        ? { promptTokens: this.#below(20_000), maxCompletionTokens: this.#below(5_000) + 1 }
        : { amount: formatUsd(this.#amount()) }),
    };
    return this.journal.reserved(await this.caller.ask(ReserveSeenDocument, { input }, key), ttlSeconds * 1000);
  }

  async #extend({ key }: Tenant, reservationId: string): Promise<void> {
    const amount = this.#amount();
    const input = { idempotencyKey: newKey(), reservationId, amount: formatUsd(amount) };
    this.journal.extended(await this.caller.ask(ExtendSeenDocument, { input }, key), reservationId, amount);
  }

  async #settle({ key }: Tenant, reservationId: string, promptTokens: number): Promise<void> {
    const input = { idempotencyKey: newKey(), reservationId, model: MODEL, promptTokens };
    const asked = await this.caller.ask(SettleSeenDocument, { input }, key);
    this.journal.settled(asked, reservationId, input.idempotencyKey);
  }

  async #release({ key }: Tenant, reservationId: string): Promise<void> {
    const asked = await this.caller.ask(ReleaseSeenDocument, { input: { reservationId } }, key);
    this.journal.released(asked, reservationId);
  }

  /** Somewhere around what is spent and held: often above it, sometimes below. */
  async #moveLimit({ key, budgets }: Tenant): Promise<void> {
    const budget = budgets[this.#below(budgets.length)];
    const seen = budget && this.journal.latest.get(budget.input.name ?? '');
    if (!budget || !seen) return;
    const room = BigInt(Math.floor((0.4 + 1.2 * this.#random()) * budget.roomMicroUsd));
    const limit = formatUsd(seen.spent + room * MICRO_USD);
    this.journal.limited(await this.caller.ask(LimitSeenDocument, { input: { ...budget.input, limit } }, key));
    // Each change stops the organization for a moment.
    if (!this.#isStopped) await this.journal.more(CALLS_PER_LIMIT);
  }

  async #look({ key }: Tenant): Promise<void> {
    const variables = { userId: `user-${this.#below(USERS)}` };
    this.journal.looked(await this.caller.ask(StatusSeenDocument, variables, key));
    if (!this.#isStopped) await this.journal.more(CALLS_PER_LOOK);
  }

  #fate(): Fate {
    let left = this.#random();
    return FATES.find(([, share]) => (left -= share) < 0)?.[0] ?? 'settle';
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #tokens(): number {
    return this.#below(300);
  }

  /** pico-USD, hardly ever the same twice. */
  #amount(): bigint {
    return 1_000_000_000n + BigInt(this.#below(5_000_000_000));
  }
}
