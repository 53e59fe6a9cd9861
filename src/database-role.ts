/**
 * As whom we are connected. PostgreSQL itself keeps organizations apart (row-level security), and would not for a
 * superuser or for the owner of the tables: so each pool acts as a role that has the rights it needs and no others. A
 * login that has just these is taken as it is; any other that may takes the role on as it connects, so that there is no
 * moment in which it has more, and a connection that cannot fails.
 */
import { Client, type ClientConfig } from 'pg';
import { unreachable } from './database-check.js';
import {
  DATABASE_ROLES,
  grantRoles,
  readActing,
  rolesFor,
  type Acting,
  type DatabaseRole,
} from './database-role.sql.js';
import { StartError } from './start-error.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** How to connect so as to act as a role. */
export interface RoleLogin {
  /** With everything in it. */
  readonly url: string;
  /** What of it is the role's, for drivers that read no more of a URL than where it leads; undefined for none. */
  readonly options: string | undefined;
}

/**
 * @param setting the name of the setting that the URL came from.
 * @throws StartError where the login may not act as the role, or where the role would not keep organizations apart.
 */
export async function actingAs(role: DatabaseRole, setting: string, url: string): Promise<RoleLogin> {
  const asLogin = await actingBy(url).catch((error: unknown) => {
    throw unreachable(setting, url, error);
  });
  if (isOnly(role, asLogin)) return { url, options: undefined };
  const taken = takeOn(role, url);
  const asRole = await actingBy(taken.url).catch((error: unknown) => {
    throw mayNotAct(role, setting, asLogin, error);
  });
  if (isOnly(role, asRole)) return taken;
  throw new StartError(
    `PostgreSQL would not keep organizations apart for ${setting}: ${role} ${faultOf(role, asRole)}; take that away, and start again.`,
  );
}

/**
 * Before the first migration, which makes what is missing.
 * @throws StartError with what an administrator has to run, where the login may not make the roles.
 */
export async function assertRolesCanBeMade(setting: string, url: string): Promise<void> {
  const { login, mayMakeRoles, made } = await actingBy(url);
  const missing = DATABASE_ROLES.filter((role) => !made.includes(role));
  if (missing.length === 0 || mayMakeRoles) return;
  throw new StartError(
    `The user of ${setting} may not make the roles by which PostgreSQL keeps organizations apart; have an administrator run this once, and start again: ${rolesFor(login, missing)}`,
  );
}

/** `role` is a setting of a connection like others; the last one counts. */
function takeOn(role: DatabaseRole, url: string): RoleLogin {
  const to = new URL(url);
  const options = [...to.searchParams.getAll('options'), `-c role=${role}`].join(' ');
  to.searchParams.set('options', options);
  return { url: to.href, options };
}

async function actingBy(url: string): Promise<Acting> {
  const config: ClientConfig = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
    application_name: 'tollgate start',
  };
  const client = new Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await readActing(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A superuser has all roles and sees every row. Two roles at once would see what either sees. */
function isOnly(role: DatabaseRole, { has, open }: Acting): boolean {
  return open.length === 0 && has.length === 1 && has[0] === role;
}

function faultOf(role: DatabaseRole, { isSuperuser, passesRowSecurity, has, open }: Acting): string {
  if (isSuperuser) return 'is a superuser';
  if (passesRowSecurity) return 'has BYPASSRLS';
  const others = has.filter((other) => other !== role);
  if (others.length > 0) return `also has the rights of ${others.join(' and ')}`;
  return `sees every row of ${open.join(', ')}, as their owner or because their row-level security is off`;
}

function mayNotAct(role: DatabaseRole, setting: string, { login, made }: Acting, error: unknown): StartError {
  if (!made.includes(role)) {
    return new StartError(
      `PostgreSQL has no role ${role} yet; start this version's server on it once, which makes it.`,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError(
    `The user of ${setting} may not act as ${role} (${reason}); have an administrator run this once, and start again: ${grantRoles(login, [role])}`,
  );
}
