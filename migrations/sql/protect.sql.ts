/**
 * The second wall: PostgreSQL itself keeps organizations apart, and what is written down once as it is. Each migration
 * that makes a table or a function calls `protectTables` or `protectFunctions` with its name, after it is listed in
 * `rights.ts`; so does one that changes what may be done with it. Both may be run again.
 */
import { FUNCTION_RIGHTS, ROLES, TABLE_RIGHTS, type RoleName, type RowsOf } from './rights.js';

const ALL_ROLES = Object.values(ROLES);
const EVERYBODY = ['PUBLIC', ...ALL_ROLES].join(', ');

/**
 * Roles are of the whole server, on which another database may be migrated at the same time: what that has made first is
 * as good. Whoever is no superuser takes on a role as a member only.
 */
export const MAKE_ROLES = `
DO $make$
DECLARE
  v_role text;
  v_right text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  FOREACH v_role IN ARRAY ARRAY[${ALL_ROLES.map((role) => `'${role}'`).join(', ')}] LOOP
    BEGIN
      IF to_regrole(v_role) IS NULL THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    BEGIN
      IF NOT pg_has_role(v_role, v_right) THEN
        EXECUTE format('GRANT %I TO CURRENT_USER', v_role);
      END IF;
    EXCEPTION WHEN unique_violation OR internal_error OR insufficient_privilege THEN
      -- Somebody else has granted it just now; or may, and who starts a server without it is told.
      NULL;
    END;
  END LOOP;
END
$make$`;

const CATALOGUE = `'00000000-0000-0000-0000-000000000000'`;
const CATALOGUE_ROW = `organization_id = ${CATALOGUE}`;

/**
 * Computed once a statement, and compared as any other condition, so indexes are used as without it: by key 0.1 ms more,
 * a list no more that could be measured. Where no organization is set it is null, which no row has.
 */
const OWN_ROW = `organization_id = (SELECT nullif(current_setting('tollgate.organization_id', true), '')::uuid)`;

interface Policy {
  readonly name: string;
  readonly role: RoleName;
  readonly command: 'ALL' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  readonly rows: string;
}

const EVERY_ROW: readonly Policy[] = [
  { name: 'writer_every', role: 'writer', command: 'ALL', rows: 'true' },
  { name: 'auditor_every', role: 'auditor', command: 'SELECT', rows: 'true' },
];

/** The catalogue's rows are read by all. */
const OWN_OR_CATALOGUE: readonly Policy[] = [
  { name: 'app_own', role: 'app', command: 'ALL', rows: `${OWN_ROW} AND organization_id <> ${CATALOGUE}` },
  { name: 'app_catalogue', role: 'app', command: 'SELECT', rows: CATALOGUE_ROW },
  { name: 'writer_catalogue', role: 'writer', command: 'ALL', rows: CATALOGUE_ROW },
  { name: 'auditor_every', role: 'auditor', command: 'SELECT', rows: 'true' },
];

export const POLICIES: Readonly<Record<RowsOf, readonly Policy[]>> = {
  OWN: [{ name: 'app_own', role: 'app', command: 'ALL', rows: OWN_ROW }, ...EVERY_ROW],
  CATALOGUE: [...OWN_OR_CATALOGUE, { name: 'writer_every', role: 'writer', command: 'SELECT', rows: 'true' }],
  TRAIL: OWN_OR_CATALOGUE,
  INSTALLATION: EVERY_ROW,
  NO_WALL: [],
};

export interface Grant {
  readonly role: RoleName;
  readonly privilege: string;
  /** undefined: all, also those that are added later. */
  readonly columns: readonly string[] | undefined;
}

/** What a line of `rights.ts` says, one by one. */
export function grantsOf(table: string): Grant[] {
  return (Object.keys(ROLES) as RoleName[]).flatMap((role) =>
    [...(TABLE_RIGHTS[table]?.[role] ?? '').matchAll(/([A-Z]+)\s*(?:\(([^)]*)\))?/g)].map(([, privilege, columns]) => ({
      role,
      privilege: privilege ?? '',
      columns: columns?.split(',').map((column) => column.trim()),
    })),
  );
}

/**
 * The gate first, as every hot call takes it: those under way are waited for, those that come wait here, and none holds a
 * table that this one needs while it waits for another.
 */
export const HOLD_GATE = 'LOCK TABLE public.organization_gate IN ACCESS EXCLUSIVE MODE';

/** @param tables names in `rights.ts` */
export function protectTables(...tables: string[]): string[] {
  return tables.flatMap((table) => {
    const rights = TABLE_RIGHTS[table];
    if (!rights) throw new Error(`The rights on ${table} are not listed.`);
    return [...(rights.rows === 'NO_WALL' ? [] : wallOf(table, POLICIES[rights.rows])), grantsTo(table)];
  });
}

function wallOf(table: string, policies: readonly Policy[]): string[] {
  return [
    `ALTER TABLE public.${table} ENABLE ROW LEVEL SECURITY`,
    ...policies.flatMap(({ name, role, command, rows }) => [
      `DROP POLICY IF EXISTS ${name} ON public.${table}`,
      `CREATE POLICY ${name} ON public.${table} FOR ${command} TO ${ROLES[role]}
        ${command === 'INSERT' ? '' : `USING (${rows})`} ${['SELECT', 'DELETE'].includes(command) ? '' : `WITH CHECK (${rows})`}`,
    ]),
  ];
}

/** A column that a later migration adds is not there yet where all are done at once: that one grants it. */
const grantsTo = (table: string) => `
DO $protect$
DECLARE
  v_grant record;
  v_columns text;
BEGIN
  REVOKE ALL ON public.${table} FROM ${EVERYBODY};
  FOR v_grant IN
    SELECT g.* FROM jsonb_to_recordset('${JSON.stringify(
      grantsOf(table).map(({ role, ...grant }) => ({ ...grant, role: ROLES[role] })),
    )}') AS g (role text, privilege text, columns text[])
  LOOP
    SELECT '(' || string_agg(quote_ident(a.attname), ', ') || ')' INTO v_columns
    FROM pg_attribute a
    WHERE a.attrelid = 'public.${table}'::regclass AND a.attname = ANY (v_grant.columns) AND NOT a.attisdropped;
    IF v_grant.columns IS NULL OR v_columns IS NOT NULL THEN
      EXECUTE format('GRANT %s %s ON public.${table} TO %I', v_grant.privilege, v_columns, v_grant.role);
    END IF;
  END LOOP;
END
$protect$`;

/** @param names of functions in `rights.ts`; all signatures of each */
export function protectFunctions(...names: string[]): string {
  const rights = names.map((name) => {
    const { as, callers } = FUNCTION_RIGHTS[name] ?? {};
    if (!as || !callers) throw new Error(`The rights on ${name} are not listed.`);
    return { name, security: as === 'OWNER' ? 'DEFINER' : 'INVOKER', callers: callers.map((role) => ROLES[role]) };
  });
  return `
DO $protect$
DECLARE
  v_right record;
  v_caller text;
BEGIN
  FOR v_right IN
    SELECT p.oid::regprocedure AS signature, r.security, r.callers
    FROM jsonb_to_recordset('${JSON.stringify(rights)}') AS r (name text, security text, callers text[])
    JOIN pg_proc p ON p.pronamespace = 'public'::regnamespace AND p.proname = r.name
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM ${EVERYBODY}', v_right.signature);
    EXECUTE format('ALTER FUNCTION %s SECURITY %s', v_right.signature, v_right.security);
    FOREACH v_caller IN ARRAY v_right.callers LOOP
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_right.signature, v_caller);
    END LOOP;
  END LOOP;
END
$protect$`;
}

/** Where the right that everybody has to look into the schema was taken away. */
export const OPEN_SCHEMA = `
DO $open$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY[${ALL_ROLES.map((role) => `'${role}'`).join(', ')}] LOOP
    IF NOT has_schema_privilege(v_role, 'public', 'USAGE') THEN
      EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', v_role);
    END IF;
  END LOOP;
END
$open$`;
