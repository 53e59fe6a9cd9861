import type { BookPricing, PriceBook } from '../catalog/price-book.js';
import { badInput } from '../errors.js';
import type { Account } from '../identity/account.js';
import { checkExternalId, type AccountName, type AccountService } from '../identity/account.service.js';
import type { OrganizationService } from '../identity/organization.service.js';
import { authorize } from '../identity/permission.js';
import { decodeId, encodeId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { pageOf, pageSize, type Page } from '../page.js';
import { requireText } from '../text.js';
import { findUsage, searchUsage, type UsagePlace, type UsageScope } from './read-usage.sql.js';
import { sumRecords, sumRollups } from './sum-usage.sql.js';
import { UsageGrouping, type UsageFilter, type UsageSummaryInput } from './usage-report-input.js';
import { usageKeyOf } from './usage-key.js';
import type { UsageRecord } from './usage-record.js';
import { totalOf, type UsageSummary } from './usage-summary.js';

const MAX_ROWS = 10_000;
const MAX_RECORD_DAYS = 92;
const DAY_MS = 86_400_000;

export class UsageReportService {
  constructor(
    private readonly accounts: AccountService,
    private readonly organizations: OrganizationService,
    private readonly prices: PriceBook,
  ) {}

  /** Newest first. An account that was never used, or is not for the caller, has none. */
  async list(
    operation: Operation,
    filter: UsageFilter,
    first: number | null | undefined,
    after: string | null | undefined,
  ): Promise<Page<UsageRecord>> {
    authorize(operation, 'usage.read');
    const size = pageSize(first);
    checkTexts(filter, ['filter']);
    checkTexts(filter.tag ?? {}, ['filter', 'tag']);
    const scope = await this.#scopeOf(operation, filter, ['filter']);
    const place = after == null ? undefined : await this.#placeOf(operation, after);
    const { organizationId } = operation.principal;
    const em = await operation.em();
    const found = scope
      ? await searchUsage(em, organizationId, { ...filter, ...scope, after: place }, operation.now, size + 1)
      : [];
    return pageOf(found, size, after, cursorOf);
  }

  async summarize(operation: Operation, input: UsageSummaryInput): Promise<UsageSummary> {
    authorize(operation, 'usage.read');
    const groupBy = new Set(input.groupBy);
    const days = checkDays(input);
    checkTexts(input, ['input']);
    const scope = await this.#scopeOf(operation, input, ['input']);
    if (!scope) return { rows: [], totals: totalOf([]) };
    const isByRecord =
      groupBy.has(UsageGrouping.USER) ||
      groupBy.has(UsageGrouping.TEAM) ||
      groupBy.has(UsageGrouping.RUN) ||
      input.runId != null ||
      scope.userAccountId !== undefined ||
      scope.subtreeIds.length > 0;
    if (isByRecord && days > MAX_RECORD_DAYS) {
      throw badInput(
        ['input', 'to'],
        `Usage of single accounts, and by USER, TEAM or RUN, is summed up for at most ${MAX_RECORD_DAYS} days at once.`,
      );
    }
    const { organizationId } = operation.principal;
    const { zone } = await this.organizations.own(operation);
    const em = await operation.em();
    const wanted = { ...input, groupBy };
    const rows = isByRecord
      ? await sumRecords(em, organizationId, zone, wanted, scope, MAX_ROWS + 1)
      : await sumRollups(em, organizationId, wanted, MAX_ROWS + 1);
    if (rows.length > MAX_ROWS) {
      throw badInput(
        ['input', 'groupBy'],
        `These would be more than ${MAX_ROWS} rows: ask for fewer days, group by less, or name an account, a provider or a model.`,
      );
    }
    return { rows: groupBy.size === 0 ? [] : rows, totals: totalOf(rows) };
  }

  /** By the key in an opaque id; null where it is not there or not for the principal. */
  async findNode(operation: Operation, key: string): Promise<UsageRecord | null> {
    authorize(operation, 'usage.read');
    return (await this.#found(operation, key))?.record ?? null;
  }

  async accountOf(operation: Operation, record: UsageRecord): Promise<Account> {
    authorize(operation, 'usage.read');
    return this.accounts.byId(operation, record.accountId);
  }

  async teamOf(operation: Operation, { teamId }: { readonly teamId: string | null }): Promise<Account | null> {
    authorize(operation, 'usage.read');
    return teamId === null ? null : this.accounts.byId(operation, teamId);
  }

  async userOf(operation: Operation, { userId }: { readonly userId: string | null }): Promise<Account | null> {
    authorize(operation, 'usage.read');
    return userId === null ? null : this.accounts.byId(operation, userId);
  }

  /** The version that priced it, which another process may have made a moment ago. */
  async pricingOf(operation: Operation, { pricingId }: UsageRecord): Promise<BookPricing | null> {
    authorize(operation, 'usage.read');
    if (pricingId === null) return null;
    const { organizationId } = operation.principal;
    const known = (await this.prices.snapshot(organizationId)).pricingById(pricingId);
    return known ?? (await this.prices.refresh(organizationId)).pricingById(pricingId) ?? null;
  }

  /** What a name and the caller's own account leave to be seen; undefined where the name is of no account. */
  async #scopeOf(
    operation: Operation,
    { userId, teamId }: AccountName,
    path: readonly string[],
  ): Promise<UsageScope | undefined> {
    const own = ownScope(operation);
    if (userId != null && teamId != null) throw badInput([...path, 'teamId'], 'Name at most one of userId and teamId.');
    if (userId != null) checkExternalId(userId, [...path, 'userId']);
    if (teamId != null) checkExternalId(teamId, [...path, 'teamId']);
    if (userId == null && teamId == null) return own;
    const account = await this.accounts.find(operation, { userId, teamId });
    if (!account) return undefined;
    return userId == null
      ? { subtreeIds: [account.id, ...own.subtreeIds] }
      : { userAccountId: account.id, subtreeIds: own.subtreeIds };
  }

  async #placeOf(operation: Operation, cursor: string): Promise<UsagePlace> {
    const decoded = decodeId(cursor);
    const found = decoded?.tag === 'usage' ? await this.#found(operation, decoded.key) : undefined;
    if (!found) throw badInput(['after'], 'Must be the cursor of a usage record.');
    return found.place;
  }

  async #found(operation: Operation, key: string) {
    const usageKey = usageKeyOf(key);
    if (!usageKey) return undefined;
    const em = await operation.em();
    return findUsage(em, operation.principal.organizationId, usageKey, ownScope(operation));
  }
}

/** A record's cursor is its id. */
function cursorOf({ keyDay, idempotencyKey }: UsageRecord): string {
  return encodeId('usage', `${keyDay}:${idempotencyKey}`);
}

/** A MEMBER sees its account and those below; all others see the organization. */
function ownScope({ principal }: Operation): UsageScope {
  return { subtreeIds: principal.accountId === undefined ? [] : [principal.accountId] };
}

const TEXTS = ['runId', 'provider', 'model', 'key', 'value'] as const;
const MAX_TEXT = 255;

function checkTexts(filter: Readonly<Partial<Record<(typeof TEXTS)[number], string | null>>>, path: readonly string[]) {
  for (const name of TEXTS) {
    const text = filter[name];
    if (text != null) requireText(text, [...path, name], MAX_TEXT);
  }
}

/** How many days, both ends included. */
function checkDays({ from, to }: UsageSummaryInput): number {
  if (to < from) throw badInput(['input', 'to'], 'Must not be before from.');
  return (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
}
