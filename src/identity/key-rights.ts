/** What a key may be given, and by whom: nobody gives more than it has. */
import { ApiError, badInput } from '../errors.js';
import { Role, type Principal } from '../principal.js';
import { isPermission, permissionsOf, type Permission } from './permission.js';

export interface KeyRights {
  readonly roles: readonly Role[];
  /** null: all that the roles allow. */
  readonly scopes: readonly string[] | null;
}

/**
 * Without doubles, and checked for themselves: not against who gives them.
 * @throws ApiError BAD_USER_INPUT
 */
export function checkRights(given: { roles: readonly Role[]; scopes?: readonly string[] | null | undefined }) {
  const roles = [...new Set(given.roles)];
  if (roles.length === 0) throw badInput(['input', 'roles'], 'At least one role is needed.');
  if (roles.includes(Role.MEMBER) && roles.length > 1) {
    throw badInput(['input', 'roles'], 'MEMBER cannot be combined with another role.');
  }
  return { roles, scopes: given.scopes == null ? null : checkScopes(given.scopes, roles) };
}

function checkScopes(given: readonly string[], roles: readonly Role[]): Permission[] {
  if (given.length === 0) throw badInput(['input', 'scopes'], 'Name at least one, or leave it out for all.');
  const covered = permissionsOf({ roles: new Set(roles), scopes: undefined });
  const scopes = given.map((scope, index) => {
    if (isPermission(scope) && covered.includes(scope)) return scope;
    throw badInput(['input', 'scopes', index], `Must be a permission that these roles have: ${covered.join(', ')}.`);
  });
  return [...new Set(scopes)].sort();
}

/** @throws ApiError BAD_USER_INPUT for OPERATOR, FORBIDDEN for what else the giver has not. */
export function assertMayGive(giver: Principal, { roles, scopes }: KeyRights): void {
  if (roles.includes(Role.OPERATOR) && !giver.roles.has(Role.OPERATOR)) {
    throw badInput(['input', 'roles'], 'Only an OPERATOR can make another OPERATOR key.');
  }
  const own = permissionsOf(giver);
  const given = permissionsOf({ roles: new Set(roles), scopes: scopes === null ? undefined : new Set(scopes) });
  const more = given.filter((permission) => !own.includes(permission));
  if (more.length > 0) {
    throw new ApiError('FORBIDDEN', `This API key or token may not give what it does not have: ${more.join(', ')}.`);
  }
}

/**
 * The end of a key that is made now. A key makes none that outlives it: it could go on for ever by making the next one.
 * @throws ApiError BAD_USER_INPUT
 */
export function checkEnd(giver: Principal, expiresAt: Date | null, now: Date): Date | null {
  if (expiresAt !== null && expiresAt <= now) throw badInput(['input', 'expiresAt'], 'Must lie in the future.');
  const end = giver.actor.kind === 'API_KEY' ? giver.expiresAt : undefined;
  if (end !== undefined && (expiresAt === null || expiresAt > end)) {
    throw badInput(
      ['input', 'expiresAt'],
      `The key that asks ends at ${end.toISOString()}: it makes none that outlives it.`,
    );
  }
  return expiresAt;
}
