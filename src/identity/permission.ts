/** Who may do what, in one table. What is not listed is denied. */
import { forbidden } from '../errors.js';
import type { Operation } from '../operation.js';
import { Role, type Principal } from '../principal.js';

const EVERYBODY = [Role.OPERATOR, Role.ADMIN, Role.SERVICE, Role.FINANCE, Role.MEMBER];
const STAFF = [Role.ADMIN, Role.SERVICE, Role.FINANCE];
const READERS = [...STAFF, Role.MEMBER];

const PERMISSIONS = {
  'viewer.read': { roles: EVERYBODY, may: 'see who it is' },
  'organization.create': { roles: [Role.OPERATOR], may: 'make organizations' },
  'organization.write': { roles: [Role.ADMIN], may: 'change the organization' },
  'account.write': { roles: [Role.ADMIN], may: 'change accounts' },
  'account.erase': { roles: [Role.ADMIN], may: 'erase people' },
  'account.read': { roles: READERS, may: 'read accounts' },
  'key.read': { roles: [Role.ADMIN], may: 'read API keys' },
  'key.write': { roles: [Role.ADMIN], may: 'make, exchange or revoke API keys' },
  'audit.read': { roles: [Role.ADMIN, Role.FINANCE], may: 'read the audit trail' },
  'alert.read': { roles: READERS, may: 'read alerts' },
  'catalog.read': { roles: EVERYBODY, may: 'read models and prices' },
  'catalog.refresh': { roles: [Role.OPERATOR], may: 'refresh the price catalogue' },
  'pricing.write': { roles: [Role.ADMIN, Role.FINANCE], may: 'set prices' },
  'usage.write': { roles: [Role.ADMIN, Role.SERVICE], may: 'record usage' },
  'usage.correct': { roles: STAFF, may: 'correct usage' },
  'usage.preview': { roles: STAFF, may: 'preview what a reprice would change' },
  'usage.read': { roles: READERS, may: 'read usage' },
  'budget.read': { roles: READERS, may: 'read budgets' },
  'budget.write': { roles: [Role.ADMIN, Role.FINANCE], may: 'set budgets' },
  'budget.reserve': { roles: [Role.ADMIN, Role.SERVICE], may: 'hold money on budgets' },
  'billing.read': { roles: STAFF, may: 'read plans, subscriptions and invoices' },
  'billing.write': { roles: [Role.ADMIN, Role.FINANCE], may: 'set plans, change subscriptions or make invoices' },
  'webhook.read': { roles: [Role.OPERATOR], may: 'read the events of payment processors' },
  'webhook.write': { roles: [Role.OPERATOR], may: 'have events of payment processors worked off again' },
  'budget.check': { roles: STAFF, may: 'check budgets' },
} satisfies Record<string, { roles: readonly Role[]; may: string }>;

export type Permission = keyof typeof PERMISSIONS;

/** A permission is had where one of the roles has it and the scopes, where there are any, name it. */
export type Rights = Pick<Principal, 'roles' | 'scopes'>;

/** The first line of every service method: denies unless one of the principal's roles has the permission, and its scopes do not leave it out. */
export function authorize(operation: Operation, permission: Permission): void {
  if (!isAllowed(operation.principal, permission)) throw forbidden(PERMISSIONS[permission].may);
}

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}

/** Where less is answered instead of nothing. */
export function isAllowed({ roles, scopes }: Rights, permission: Permission): boolean {
  const allowed: readonly Role[] = PERMISSIONS[permission].roles;
  return allowed.some((role) => roles.has(role)) && (scopes === undefined || scopes.has(permission));
}

/** Everything that these roles may do, as far as the scopes allow it, sorted. */
export function permissionsOf(rights: Rights): Permission[] {
  return (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => isAllowed(rights, permission)).sort();
}
