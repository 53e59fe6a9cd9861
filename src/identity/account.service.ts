import DataLoader from 'dataloader';
import { validate } from 'uuid';
import { badInput, notFound } from '../errors.js';
import type { Operation } from '../operation.js';
import { requireText } from '../text.js';
import { Account, AccountKind, AccountTeam } from './account.js';
import type { AccountDirectory } from './account-directory.js';
import type { WantedAccount } from './ensure-account.sql.js';
import { lockGate } from './gate.sql.js';
import { authorize } from './permission.js';

/** How callers name an account: at most one of these, none is the organization. */
export interface AccountName {
  readonly userId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
}

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
  async find(operation: Operation, name: AccountName): Promise<Account | undefined> {
    authorize(operation, 'account.read');
    const { kind, externalId } = accountOf(name);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    return (await em.findOne(Account, { organizationId, kind, externalId })) ?? undefined;
  }

  /** Makes the account where it is new, and changes what the input names. Moving a user between teams closes the gate. */
  async set(operation: Operation, input: AccountChange): Promise<Account> {
    authorize(operation, 'account.write');
    const change = checkChange(input);
    const { organizationId } = operation.principal;
    if (change.kind !== AccountKind.ORGANIZATION) {
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
    if (change.disabled === true) account.disabledAt ??= operation.now;
    if (change.disabled === false) account.disabledAt = null;
    if (change.teamId !== undefined) await this.#move(operation, account, change.teamId);
    await em.flush();
    return account;
  }

  /** Batched over all accounts of an operation. */
  async teamOf(operation: Operation, account: Account): Promise<Account | null> {
    authorize(operation, 'account.read');
    return account.teamId === null ? null : operation.loader(this, accountLoader).load(account.teamId);
  }

  /** Batched over all accounts of an operation. The caller has checked that the principal may see it. */
  async byId(operation: Operation, id: string): Promise<Account> {
    authorize(operation, 'account.read');
    const account = await operation.loader(this, accountLoader).load(id);
    if (!account) throw notFound('The account');
    return account;
  }

  /** By the key in an opaque id; null where it is not there or not for the principal. */
  async findNode(operation: Operation, key: string): Promise<Account | null> {
    authorize(operation, 'account.read');
    const { accountId } = operation.principal;
    const account = validate(key) ? await operation.loader(this, accountLoader).load(key) : null;
    return accountId === undefined || account?.id === accountId || account?.teamId === accountId ? account : null;
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

function accountLoader(operation: Operation): DataLoader<string, Account | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const found = await em.find(Account, { organizationId: operation.principal.organizationId, id: { $in: [...ids] } });
    const byId = new Map(found.map((account) => [account.id, account]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

/** The kind and external id that a name stands for. */
export function accountOf(name: AccountName): { kind: AccountKind; externalId: string } {
  const { userId, teamId } = name;
  if (userId != null && teamId != null) throw badInput(['teamId'], 'Name at most one of userId and teamId.');
  if (userId != null) return { kind: AccountKind.USER, externalId: checkExternalId(userId, ['userId']) };
  if (teamId != null) return { kind: AccountKind.TEAM, externalId: checkExternalId(teamId, ['teamId']) };
  return { kind: AccountKind.ORGANIZATION, externalId: '' };
}

/** Who spends: with a user, the team is only where a new user goes; alone, the team itself spends. */
export function spenderOf({ userId, teamId }: AccountName, path: readonly (string | number)[]): WantedAccount {
  if (teamId != null) checkExternalId(teamId, [...path, 'teamId']);
  if (userId != null) {
    const externalId = checkExternalId(userId, [...path, 'userId']);
    return { kind: AccountKind.USER, externalId, teamExternalId: teamId ?? undefined };
  }
  if (teamId != null) return { kind: AccountKind.TEAM, externalId: teamId };
  return { kind: AccountKind.ORGANIZATION, externalId: '' };
}

export function checkExternalId(text: string, path: readonly (string | number)[]): string {
  return requireText(text, path, 255);
}

function checkChange(input: AccountChange): AccountChange {
  if (input.kind === AccountKind.RUN)
    throw badInput(['input', 'kind'], 'RUN accounts are made by reservations, not by hand.');
  if (input.kind === AccountKind.ORGANIZATION) {
    if (input.externalId !== '')
      throw badInput(['input', 'externalId'], 'The organization has no external id: leave it empty.');
  } else {
    checkExternalId(input.externalId, ['input', 'externalId']);
  }
  if (input.name != null) requireText(input.name, ['input', 'name'], 200);
  if (input.teamId !== undefined && input.kind !== AccountKind.USER) {
    throw badInput(['input', 'teamId'], 'Only a USER belongs to a team.');
  }
  if (input.teamId != null) checkExternalId(input.teamId, ['input', 'teamId']);
  return input;
}
