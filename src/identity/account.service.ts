import { validate } from 'uuid';
import { noteChange } from '../change.js';
import { badInput, notFound } from '../errors.js';
import type { Operation } from '../operation.js';
import { requireFreeText, requireText } from '../text.js';
import { Account, AccountKind, AccountTeam } from './account.js';
import type { AccountDirectory } from './account-directory.js';
import { accountById, maySee } from './account-scope.js';
import type { WantedAccount } from './ensure-account.sql.js';
import { countPriceChange, lockGate } from './gate.sql.js';
import { authorize } from './permission.js';

/** How callers name an account: at most one of these, none is the organization. */
export interface AccountName {
  readonly userId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
  readonly runId?: string | null | undefined;
}

/** Of the input whose fields the parts of a name are. */
type Path = readonly (string | number)[];

export interface AccountChange {
  readonly kind: AccountKind;
  readonly externalId: string;
  readonly name?: string | null | undefined;
  readonly disabled?: boolean | null | undefined;
  /** undefined leaves the team as it is, null takes the user out of it. */
  readonly teamId?: string | null | undefined;
}

export class AccountService {
  constructor(private readonly directory: AccountDirectory) {}

  /** The account of a name, or undefined where it was never used. Makes nothing. */
  async find(operation: Operation, name: AccountName, path: Path = []): Promise<Account | undefined> {
    authorize(operation, 'account.read');
    const { kind, externalId } = accountOf(name, path);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    return (await em.findOne(Account, { organizationId, kind, externalId })) ?? undefined;
  }

  /**
   * Makes the account where it is new, and changes what the input names. A RUN is never made here: it would be nobody's.
   * Moving a user between teams closes the gate.
   */
  async set(operation: Operation, input: AccountChange): Promise<Account> {
    authorize(operation, 'account.write');
    const change = checkChange(input);
    const { organizationId } = operation.principal;
    if (change.kind === AccountKind.TEAM || change.kind === AccountKind.USER) {
      const { kind, externalId, teamId } = change;
      const team = teamId == null ? [] : [{ kind: AccountKind.TEAM, externalId: teamId }];
      const wanted = { kind, externalId, teamExternalId: teamId ?? undefined };
      await this.directory.idsOf(organizationId, [wanted, ...team], operation.now);
    }
    const em = await operation.em();
    if (change.teamId !== undefined) await lockGate(em, organizationId);
    const account = await em.findOne(Account, { organizationId, kind: change.kind, externalId: change.externalId });
    if (!account) throw notFound('The account');
    if (change.name !== undefined) account.name = change.name;
    if (change.teamId !== undefined) await this.#move(operation, account, change.teamId);
    await em.flush();
    if (change.disabled != null) await switchAccount(operation, account, change.disabled);
    // What a call is charged depends on the team, and is worked out before the gate.
    if (change.teamId !== undefined) await countPriceChange(em, organizationId);
    return account;
  }

  /** Batched over all accounts of an operation. */
  async teamOf(operation: Operation, account: Account): Promise<Account | null> {
    authorize(operation, 'account.read');
    return account.teamId === null ? null : accountById(operation, account.teamId);
  }

  /** Batched over all accounts of an operation. */
  async userOf(operation: Operation, account: Account): Promise<Account | null> {
    authorize(operation, 'account.read');
    return account.userId === null ? null : accountById(operation, account.userId);
  }

  /** Batched over all accounts of an operation. The caller has checked that the principal may see it. */
  async byId(operation: Operation, id: string): Promise<Account> {
    authorize(operation, 'account.read');
    const account = await accountById(operation, id);
    if (!account) throw notFound('The account');
    return account;
  }

  /** By the key in an opaque id; null where it is not there or not for the principal. */
  async findNode(operation: Operation, key: string): Promise<Account | null> {
    authorize(operation, 'account.read');
    const account = validate(key) ? await accountById(operation, key) : null;
    return account && (await maySee(operation, account)) ? account : null;
  }

  async #move(operation: Operation, account: Account, teamName: string | null): Promise<void> {
    const { organizationId } = operation.principal;
    const em = await operation.em();
    if (teamName === null) {
      account.teamId = null;
      return;
    }
    const team = await em.findOne(Account, { organizationId, kind: AccountKind.TEAM, externalId: teamName });
    if (!team) throw notFound('The team');
    account.teamId = team.id;
    await em.upsert(AccountTeam, { organizationId, accountId: account.id, teamId: team.id });
  }
}

/**
 * What a person says stands, no payment undoes it. By statements of their own: what billing says of the account at the
 * same time would be seen too late by the unit of work.
 */
async function switchAccount(operation: Operation, account: Account, isDisabled: boolean): Promise<void> {
  const em = await operation.em();
  const { organizationId, id, disabledAt, disabledFor } = account;
  if (isDisabled) {
    await em.nativeUpdate(Account, { organizationId, id, disabledAt: null }, { disabledAt: operation.now });
  }
  const change = isDisabled ? { disabledFor: null } : { disabledAt: null, disabledFor: null };
  await em.nativeUpdate(Account, { organizationId, id }, change);
  await em.refresh(account);
  const after = { disabledAt: account.disabledAt, disabledFor: account.disabledFor };
  noteChange(em, 'account', id, { disabledAt, disabledFor }, after);
}

/** The kind and external id that a name stands for. */
export function accountOf({ userId, teamId, runId }: AccountName, path: Path = []): WantedAccount {
  if (userId != null && teamId != null) throw badInput([...path, 'teamId'], 'Name at most one of userId and teamId.');
  if (runId != null && (userId ?? teamId) != null) {
    throw badInput([...path, 'runId'], 'Name at most one of userId, teamId and runId.');
  }
  if (runId != null) return { kind: AccountKind.RUN, externalId: checkExternalId(runId, [...path, 'runId']) };
  return spenderOf({ userId, teamId }, path);
}

/** Whose budget it is: of a run that is named with a user, the user is only whose a new run is. */
export function budgetedOf({ userId, teamId, runId }: AccountName, path: Path): WantedAccount {
  const spender = spenderOf({ userId, teamId }, path);
  if (runId == null) return spender;
  const externalId = checkExternalId(runId, [...path, 'runId']);
  if (spender.kind === AccountKind.TEAM) {
    throw badInput([...path, 'teamId'], 'A run is of a user: beside runId, name a team only together with userId.');
  }
  const userExternalId = userId ?? undefined;
  return { kind: AccountKind.RUN, externalId, userExternalId, teamExternalId: spender.teamExternalId };
}

/** Who spends: with a user, the team is only where a new user goes; alone, the team itself spends. */
export function spenderOf({ userId, teamId }: AccountName, path: Path): WantedAccount {
  if (teamId != null) checkExternalId(teamId, [...path, 'teamId']);
  if (userId != null) {
    const externalId = checkExternalId(userId, [...path, 'userId']);
    return { kind: AccountKind.USER, externalId, teamExternalId: teamId ?? undefined };
  }
  if (teamId != null) return { kind: AccountKind.TEAM, externalId: teamId };
  return { kind: AccountKind.ORGANIZATION, externalId: '' };
}

/** The account of who spends; null where it was never used. Makes nothing. */
export async function findSpender(operation: Operation, name: AccountName): Promise<Account | null> {
  const { kind, externalId } = spenderOf(name, []);
  const em = await operation.em();
  return em.findOne(Account, { organizationId: operation.principal.organizationId, kind, externalId });
}

export function checkExternalId(text: string, path: Path): string {
  return requireText(text, path, 255);
}

function checkChange(input: AccountChange): AccountChange {
  if (input.kind === AccountKind.ORGANIZATION) {
    if (input.externalId !== '')
      throw badInput(['input', 'externalId'], 'The organization has no external id: leave it empty.');
  } else {
    checkExternalId(input.externalId, ['input', 'externalId']);
  }
  if (input.name != null) requireFreeText(input.name, ['input', 'name'], 200);
  if (input.teamId !== undefined && input.kind !== AccountKind.USER) {
    throw badInput(['input', 'teamId'], 'Only a USER belongs to a team.');
  }
  if (input.teamId != null) checkExternalId(input.teamId, ['input', 'teamId']);
  return input;
}
