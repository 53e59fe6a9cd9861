import type { Pool } from 'pg';
import { validate } from 'uuid';
import type { EstimateCostInput } from '../catalog/estimate-input.js';
import { chargeOf } from '../catalog/markup.js';
import type { EstimateService } from '../catalog/estimate.service.js';
import type { PriceBook, PriceSnapshot } from '../catalog/price-book.js';
import { retryOnConflict } from '../conflict.js';
import { ApiError, badInput, notFound } from '../errors.js';
import type { AccountDirectory } from '../identity/account-directory.js';
import { Account } from '../identity/account.js';
import { accountById, maySee } from '../identity/account-scope.js';
import { accountOf, checkExternalId, spenderOf, type AccountName } from '../identity/account.service.js';
import type { WantedAccount } from '../identity/ensure-account.sql.js';
import { authorize } from '../identity/permission.js';
import { decodeUuid, newId } from '../node-id.js';
import type { Operation } from '../operation.js';
import type { Principal } from '../principal.js';
import type { BudgetMeter } from './budget-meter.js';
import { BudgetStatus, statusOf, type EnforcementSettings } from './budget-status.js';
import { Budget, modelText } from './budget.js';
import type { BudgetModelInput, CheckBudgetInput, SetBudgetInput } from './budget-input.js';
import { checkBudgetInput, type ResolveModel } from './check-budget.js';
import { checkCall } from './check-call.js';
import { decide, type Decision } from './decision.js';
import { readBudgetPath, type BudgetPath } from './read-budgets.sql.js';
import { deleteBudget, setBudget } from './set-budget.sql.js';

export interface BudgetSettings {
  readonly enforcement: EnforcementSettings;
  /** pico-USD; a MONTH, HARD budget for users made from now on. */
  readonly defaultLimitPicoUsd: bigint | undefined;
}

export class BudgetService {
  constructor(
    private readonly writer: Pool,
    private readonly accounts: AccountDirectory,
    private readonly prices: PriceBook,
    private readonly estimates: EstimateService,
    private readonly settings: BudgetSettings,
    /** Told, after the commit, that an organization has new alerts. */
    private readonly wake: (organizationId: string) => void,
    private readonly meter: BudgetMeter,
  ) {}

  /** Makes or changes a budget. Lowering its limit raises at once the alerts of what is crossed by that. */
  async set(operation: Operation, input: SetBudgetInput): Promise<Budget> {
    authorize(operation, 'budget.write');
    const { organizationId } = operation.principal;
    const draft = checkBudgetInput(input, await this.#resolver(organizationId, input.models ?? []));
    const [accountId] = await this.accounts.idsOf(organizationId, [draft.account], operation.now);
    if (accountId === undefined) throw new Error('The account was not made.');
    const call = { organizationId, id: newId(), accountId, draft, doing: operation };
    const { budget, alertCount } = await retryOnConflict(() => setBudget(this.writer, call));
    if (!budget) {
      throw badInput(
        ['input', input.anchorDay == null ? 'anchorMonth' : 'anchorDay'],
        'This budget starts on another day, which is fixed: delete it first, or leave anchorDay and anchorMonth out.',
      );
    }
    if (alertCount > 0) this.wake(organizationId);
    return budget;
  }

  /** From now on it counts nothing. Again answers with the same end. */
  async delete(operation: Operation, id: string): Promise<Budget> {
    authorize(operation, 'budget.write');
    const { organizationId } = operation.principal;
    const budgetId = decodeUuid('budget', id);
    const budget =
      budgetId === undefined
        ? undefined
        : await retryOnConflict(() => deleteBudget(this.writer, organizationId, budgetId, operation));
    if (!budget) throw notFound('The budget');
    return budget;
  }

  /** Every budget that applies to an account, which is answered as if it were made where it is not. Makes nothing. */
  async status(operation: Operation, name: AccountName): Promise<BudgetStatus> {
    authorize(operation, 'budget.read');
    const path = await this.#path(operation, await this.#lookedAt(operation, name), undefined);
    return this.#view(operation.principal, path, operation.now);
  }

  /** The same, at once and again at each change, twice a second at most. */
  async watch(operation: Operation, name: AccountName): Promise<AsyncGenerator<BudgetStatus>> {
    authorize(operation, 'budget.read');
    const { principal } = operation;
    return this.meter.watch(principal, await this.#lookedAt(operation, name), (path, asOf) =>
      this.#view(principal, path, asOf),
    );
  }

  /** What a call of this amount would be told now. Holds nothing, makes nothing. */
  async check(operation: Operation, input: CheckBudgetInput): Promise<Decision> {
    authorize(operation, 'budget.check');
    const account = spenderOf(input, ['input']);
    const runId = input.runId == null ? undefined : checkExternalId(input.runId, ['input', 'runId']);
    const asked = checkCall(input);
    const model = await this.#modelOf(operation, input);
    const path = await this.#path(operation, account, runId);
    const amountPicoUsd =
      asked.kind === 'AMOUNT' ? asked.picoUsd : await this.#upperBound(operation, asked.input, path);
    return decide({
      rows: path.rows.filter(({ models }) => models === null || (model !== undefined && models.includes(model))),
      amountPicoUsd,
      isDisabled: path.isDisabled,
      enforcement: this.settings.enforcement,
      now: operation.now,
    });
  }

  /** By the key in an opaque id; null where it is not there, and for a MEMBER where it is not of its account or below. */
  async findNode(operation: Operation, key: string): Promise<Budget | null> {
    authorize(operation, 'budget.read');
    const em = await operation.em();
    const { organizationId, accountId } = operation.principal;
    const budget = validate(key) ? await em.findOne(Budget, { organizationId, id: key }) : null;
    if (!budget || accountId === undefined) return budget;
    const account = await accountById(operation, budget.accountId);
    return account && (await maySee(operation, account)) ? budget : null;
  }

  #view(principal: Principal, path: BudgetPath, asOf: Date): BudgetStatus {
    const inherited = inheritedBy(principal, path);
    const { enforcement } = this.settings;
    return Object.assign(new BudgetStatus(), {
      accountId: path.accountId ?? null,
      budgets: path.rows.map((row) =>
        statusOf(row, { enforcement, now: asOf, isHidden: inherited.has(row.accountId) }),
      ),
      asOf,
    });
  }

  /** Whose budgets are asked for: without a name the organization's, for a MEMBER its own account's. */
  async #lookedAt(operation: Operation, name: AccountName): Promise<WantedAccount> {
    const { organizationId, accountId } = operation.principal;
    if (name.runId != null) return accountOf(name);
    if (accountId === undefined || name.userId != null || name.teamId != null) return spenderOf(name, []);
    const em = await operation.em();
    const account = await em.findOne(Account, { organizationId, id: accountId });
    if (!account) throw notFound('The account');
    return { kind: account.kind, externalId: account.externalId };
  }

  /** What names of models mean now; a price that another process set a moment ago is looked for once more. */
  async #resolver(organizationId: string, models: readonly BudgetModelInput[]): Promise<ResolveModel> {
    if (models.length === 0) return () => undefined;
    const resolverOf = (prices: PriceSnapshot): ResolveModel => {
      return ({ provider, name }) => {
        const found = prices.resolve(name, provider);
        return found.kind === 'RESOLVED' ? found.model : undefined;
      };
    };
    const known = resolverOf(await this.prices.snapshot(organizationId));
    return models.every(known) ? known : resolverOf(await this.prices.refresh(organizationId));
  }

  async #path(operation: Operation, account: WantedAccount, runId: string | undefined): Promise<BudgetPath> {
    const em = await operation.em();
    const watched = { organizationId: operation.principal.organizationId, account, runId };
    return readBudgetPath(em, watched, operation.now, this.settings.defaultLimitPicoUsd);
  }

  /** What a call would be charged at most; undefined where the model has no price. */
  async #upperBound(
    operation: Operation,
    input: EstimateCostInput,
    { accountId, teamId }: BudgetPath,
  ): Promise<bigint | undefined> {
    try {
      const { upperBound, model, at } = await this.estimates.estimate(operation, input);
      if (!upperBound) throw new Error('An estimate with maxCompletionTokens has an upper bound.');
      const prices = await this.prices.snapshot(operation.principal.organizationId);
      const markup = prices.markupAt({ accountId, teamId: teamId ?? null }, model, at);
      return chargeOf(upperBound.cost.picoUsd, markup);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'MODEL_NOT_PRICED') return undefined;
      throw error;
    }
  }

  async #modelOf(operation: Operation, input: CheckBudgetInput): Promise<string | undefined> {
    if (input.model == null) return undefined;
    const prices = await this.prices.snapshot(operation.principal.organizationId);
    const found = prices.resolve(input.model, input.provider ?? undefined);
    return found.kind === 'UNRESOLVED' ? undefined : modelText(found.model.provider, found.model.name);
  }
}

/**
 * The accounts whose budgets are inherited, for a MEMBER: those above the account that its key is bound to.
 * @throws ApiError NOT_FOUND for an account that a MEMBER may not see, as for one that is missing.
 */
function inheritedBy({ accountId }: Principal, path: BudgetPath): ReadonlySet<string | null> {
  if (accountId === undefined || accountId === path.rootId) return new Set();
  const upwards = [path.accountId, path.userId, path.teamId, path.rootId].filter((id) => id !== undefined);
  const own = upwards.indexOf(accountId);
  if (own < 0 || path.accountId === undefined) throw notFound('The account');
  return new Set(upwards.slice(own + 1));
}
