import { badInput, notFound } from '../errors.js';
import { AccountKind, type Account } from '../identity/account.js';
import { accountOf, type AccountName, type AccountService } from '../identity/account.service.js';
import { maySee } from '../identity/account-scope.js';
import { authorize } from '../identity/permission.js';
import { decodeId, encodeId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { pageSize, pageOf, type Page } from '../page.js';
import type { Principal } from '../principal.js';
import type { Alert, AlertKind } from './alert.js';
import type { AlertFeed } from './alert-feed.js';
import { searchAlerts } from './read-alerts.sql.js';

export interface AlertFilter extends AccountName {
  readonly kind?: AlertKind | null | undefined;
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
}

export interface AlertScope {
  /** undefined: all that the principal may see. */
  readonly account?: AccountName | undefined;
  readonly kinds?: readonly AlertKind[] | undefined;
}

export class AlertService {
  constructor(
    private readonly accounts: AccountService,
    private readonly feed: AlertFeed,
  ) {}

  /** Newest first. An account that was never used has none. */
  async list(
    operation: Operation,
    filter: AlertFilter,
    first: number | null | undefined,
    after: string | null | undefined,
  ): Promise<Page<Alert>> {
    authorize(operation, 'alert.read');
    const size = pageSize(first);
    const before = cursorOf(after);
    const { organizationId, accountId } = operation.principal;
    const accountIds = accountId === undefined ? [] : [accountId];
    if (isNamed(filter)) {
      const account = await this.#visible(operation, filter, ['filter']);
      if (!account) return pageOf<Alert>([], size, after, encodeCursor);
      accountIds.push(account.id);
    }
    const kinds = filter.kind == null ? undefined : [filter.kind];
    const search = { kinds, accountIds, from: filter.from ?? undefined, to: filter.to ?? undefined, before };
    const found = await searchAlerts(await operation.em(), organizationId, search, size + 1);
    return pageOf(found, size, after, encodeCursor);
  }

  /** By the key in an opaque id; null where it is not there or not for the principal. */
  async findNode(operation: Operation, key: string): Promise<Alert | null> {
    authorize(operation, 'alert.read');
    if (!CURSOR.test(key)) return null;
    const { principal } = operation;
    const search = { accountIds: [], before: BigInt(key) + 1n };
    const [alert] = await searchAlerts(await operation.em(), principal.organizationId, search, 1);
    return alert?.cursor.toString() === key && isVisible(principal, alert) ? alert : null;
  }

  /**
   * Alerts as they are raised; with `after`, first those that came after that cursor. An account that does not exist
   * yet is watched by its name, so that its first alert is not missed.
   */
  async subscribe(
    operation: Operation,
    scope: AlertScope,
    after: string | null | undefined,
  ): Promise<AsyncGenerator<Alert>> {
    authorize(operation, 'alert.read');
    const position = cursorOf(after);
    const { principal } = operation;
    const isBelow = scope.account && belowName(scope.account);
    if (scope.account && isNamed(scope.account) && principal.accountId !== undefined) {
      await this.#visible(operation, scope.account, []);
    }
    const matches = (alert: Alert): boolean =>
      (scope.kinds?.includes(alert.kind) ?? true) && isVisible(principal, alert) && (isBelow?.(alert) ?? true);
    return this.feed.subscribe(principal, matches, position);
  }

  /**
   * The account of a name; undefined where it was never used. A MEMBER that names an account other than its own and those
   * below learns nothing of it, not even that it exists.
   */
  async #visible(operation: Operation, name: AccountName, path: readonly string[]): Promise<Account | undefined> {
    const account = await this.accounts.find(operation, name, path);
    if (operation.principal.accountId === undefined) return account;
    if (!account || !(await maySee(operation, account))) throw notFound('The account');
    return account;
  }
}

const CURSOR = /^\d{1,18}$/;

/** Opaque; the place of an alert in its organization's feed. */
export function encodeCursor(alert: Alert): string {
  return encodeId('alert', alert.cursor.toString());
}

function cursorOf(after: string | null | undefined): bigint | undefined {
  if (after == null) return undefined;
  const decoded = decodeId(after);
  if (decoded?.tag !== 'alert' || !CURSOR.test(decoded.key)) {
    throw badInput(['after'], 'Must be the cursor of an alert.');
  }
  return BigInt(decoded.key);
}

function isNamed({ userId, teamId, runId }: AccountName): boolean {
  return (userId ?? teamId ?? runId) != null;
}

/** What `maySee` answers of an alert's account, read with the alert for all who hear of it. */
function isVisible({ accountId }: Principal, { account, teamId }: Alert): boolean {
  return accountId === undefined || [account?.id, account?.userId, teamId].includes(accountId);
}

/** Whether an alert is about the named account or one below it. The organization is above all. */
function belowName(name: AccountName): ((alert: Alert) => boolean) | undefined {
  const { kind, externalId } = accountOf(name);
  if (kind === AccountKind.ORGANIZATION) return undefined;
  return ({ account, userExternalId, teamExternalId }) =>
    (account?.kind === kind && account.externalId === externalId) ||
    (kind === AccountKind.USER && userExternalId === externalId) ||
    (kind === AccountKind.TEAM && teamExternalId === externalId);
}
