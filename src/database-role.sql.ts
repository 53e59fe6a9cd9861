import { escapeIdentifier, type ClientBase } from 'pg';
import { INSTALLATION_TABLES, CATALOGUE_TABLES, TENANT_TABLES } from './tables.js';

/** Made by a migration, with the rights that stand in migrations/sql/rights.ts. */
export const DATABASE_ROLES = ['tollgate_app', 'tollgate_writer', 'tollgate_auditor'] as const;

export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/** As what a connection acts. */
export interface Acting {
  readonly login: string;
  readonly isSuperuser: boolean;
  readonly passesRowSecurity: boolean;
  readonly mayMakeRoles: boolean;
  /** Those of our roles that there are. */
  readonly made: readonly DatabaseRole[];
  /** Those of our roles of which it has the rights. */
  readonly has: readonly DatabaseRole[];
  /** Our tables of which it sees every row, whatever their policies say: as their owner, or because they have none. */
  readonly open: readonly string[];
}

export async function readActing(client: ClientBase): Promise<Acting> {
  const { rows } = await client.query<Acting>(
    `SELECT session_user::text AS login, me.rolsuper AS "isSuperuser", me.rolbypassrls AS "passesRowSecurity",
      me.rolsuper OR me.rolcreaterole AS "mayMakeRoles",
      ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.rolname = ANY ($1) ORDER BY 1) AS made,
      ARRAY(SELECT r.rolname::text FROM pg_roles r
        WHERE r.rolname = ANY ($1) AND pg_has_role(current_user, r.oid, 'USAGE') ORDER BY 1) AS has,
      ARRAY(SELECT c.relname::text FROM pg_class c
        WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p') AND c.relname = ANY ($2)
          AND NOT row_security_active(c.oid) ORDER BY 1) AS open
    FROM pg_roles me WHERE me.rolname = current_user`,
    [[...DATABASE_ROLES], [...TENANT_TABLES, ...CATALOGUE_TABLES, ...INSTALLATION_TABLES]],
  );
  const [row] = rows;
  if (!row) throw new Error('The database does not say who is connected.');
  return row;
}

const makeRole = (role: string) => `CREATE ROLE ${role} NOLOGIN;`;

/** What an administrator runs once, where the login may not. */
export const rolesFor = (login: string, missing: readonly DatabaseRole[]): string =>
  [...missing.map(makeRole), grantRoles(login, DATABASE_ROLES)].join(' ');

export const grantRoles = (login: string, roles: readonly DatabaseRole[]): string =>
  `GRANT ${roles.join(', ')} TO ${escapeIdentifier(login)};`;
