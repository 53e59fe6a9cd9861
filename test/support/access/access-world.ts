/** Two organizations in which all that can differ does, and somebody of each role in one of them. */
import { Client } from 'pg';
import type { Permission } from '../../../src/identity/permission.js';
import { permissionsOf } from '../../../src/identity/permission.js';
import { Role } from '../../../src/principal.js';
import { setClock } from '../clock.js';
import { BOOTSTRAP_KEY } from '../database.js';
import { stripeSettings } from '../collecting-world.js';
import { StripeFake } from '../stripe/stripe-fake.js';
import { signWithSecret } from '../token-issuer.js';
import { startWorld, type World } from '../world.js';
import { at } from './asking.js';
import { Marks } from './marks.js';
import { asker, plant, type Planted, type Spender } from './planting.js';

const SECRET = 'a secret of the access matrix which is long enough';

/** Two organizations are planted by some 400 requests. */
export const PLANTING_MS = 180_000;

/** In the middle of a month, whose fees are by the day. */
const START = '2026-06-15T12:00:00Z';

/** Nothing runs by itself, and nothing is refused for its size or number. */
const CALM = {
  ...{ JWT_SECRET: SECRET, COLLECT_INTERVAL: '0', WEBHOOK_CATCH_UP_INTERVAL: '0', ENABLE_DOCUMENT_LIMITS: 'false' },
  ...{ RATE_LIMIT_KEY: '0', RATE_LIMIT_ORGANIZATION: '0', RATE_LIMIT_ADDRESS: '0', RATE_LIMIT_FAILED_KEYS: '0' },
  ...{ MAX_RUNNING_PER_KEY: '0', MAX_RUNNING_PER_ORGANIZATION: '0' },
};

/** In the names of what only one of the organizations has, and of what is another account's. */
export const STEMS = { ours: 'kx4', others: 'q5x', theirs: 'zw7', nobody: 'q9x' } as const;

/** Both organizations have this one, with other things. */
export const BOTH: Spender = { user: 'ada-both', team: 'core-both', run: 'run-both' };
export const spenderOf = (stem: string): Spender => ({
  user: `bob-${stem}`,
  team: `side-${stem}`,
  run: `runb-${stem}`,
});

export interface Visitor {
  readonly name: string;
  readonly word: string;
  readonly isMember: boolean;
  readonly may: (permission: string) => boolean;
}

export interface AccessWorld {
  readonly world: World;
  readonly stripe: StripeFake;
  readonly client: Client;
  readonly ours: Planted;
  readonly theirs: Planted & { readonly key: string };
  readonly visitors: readonly Visitor[];
  /** Of the foreign organization. */
  readonly marks: Marks;
  /** Of the other accounts of the own one. */
  readonly othersMarks: Marks;
  readonly ids: { readonly ours: string; readonly theirs: string };
  close(): Promise<void>;
}

/**
 * Switches the second wall off: what PostgreSQL would hide is there to be seen, so that what hides it is the application.
 * A server looks at its roles as it starts, so this comes after.
 */
async function takeDownSecondWall(client: Client): Promise<void> {
  await client.query(`DO $$ DECLARE walled regclass; BEGIN
    FOR walled IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
      EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', walled);
    END LOOP; END $$`);
}

export async function startAccessWorld(): Promise<AccessWorld> {
  const stripe = await StripeFake.open({ clock: () => Date.parse(START) });
  const world = await startWorld({ ...stripeSettings(stripe), ...CALM });
  const client = new Client({ connectionString: world.database.url });
  const close = async () => {
    await client.end();
    await world.close();
    await stripe.close();
  };
  try {
    await client.connect();
    await takeDownSecondWall(client);
    await setClock(world, START);
    return { ...(await settle({ world, stripe, client })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Ground = Pick<AccessWorld, 'world' | 'stripe' | 'client'>;

async function settle({ world, stripe, client }: Ground): Promise<Omit<AccessWorld, 'close'>> {
  const common = { url: world.server.url, stripe };
  const operator = asker(common.url, BOOTSTRAP_KEY, () => true);
  const made = await operator('createOrganization', { input: { name: 'foreign' } });
  const key = String(at(made, ['apiKeyValue']));
  const theirs = await plant({
    ...common,
    ...{ key, stem: STEMS.theirs, cents: '7919', many: 40, spenders: [BOTH, spenderOf(STEMS.theirs)] },
  });
  const francs = { idempotencyKey: 'francs', amount: '1', currency: 'CHF', reason: STEMS.theirs };
  await theirs.ask('grantCredit', { input: francs });
  const own = { ...common, key: BOOTSTRAP_KEY, many: 1 };
  const ours = await plant({ ...own, stem: STEMS.ours, cents: '5303', spenders: [BOTH] });
  const others = await plant({
    ...own,
    ...{ stem: STEMS.others, cents: '6101', spenders: [spenderOf(STEMS.others)], common: ours.ids[0] },
  });
  // What is numbered in each organization is named where the other has not come to.
  const [trail, alerts] = [await theirs.ask('auditEntries', { first: 1 }), await theirs.ask('alerts', { first: 1 })];
  const last = (list: unknown) => String(at(list, ['edges', 0, 'node', 'id']));
  const newest = { auditentry: last(trail), alert: last(alerts) };
  const { rows } = await client.query<{ ours: string; theirs: string }>(
    `SELECT i.organization_id::text AS ours, o.organization_id::text AS theirs
    FROM installation i JOIN organization o ON o.organization_id <> i.organization_id`,
  );
  const ids = rows[0] ?? { ours: '', theirs: '' };
  return {
    ...{ world, stripe, client, ids, theirs: { ...theirs, key, ids: theirs.ids.map((of) => ({ ...of, ...newest })) } },
    ours: { ...ours, ids: [...ours.ids, ...others.ids] },
    visitors: await makeVisitors(ours),
    marks: await Marks.between(client, ids, { theirs: await toldTo(theirs), ours: await toldTo(ours) }, STEMS.theirs),
    othersMarks: await Marks.ofAccounts(client, ids.ours, Object.values(spenderOf(STEMS.others)), STEMS.others),
  };
}

/** What an organization sees of what it pays with. */
async function toldTo({ ask }: Planted): Promise<string> {
  const users = [BOTH.user, spenderOf(STEMS.theirs).user];
  const methods = await Promise.all(users.map((userId) => ask('paymentMethods', { userId })));
  return JSON.stringify([methods, await ask('paymentMethods', { teamId: BOTH.team }), await ask('invoices')]);
}

async function makeVisitors({ ask, organizationId }: Planted): Promise<Visitor[]> {
  const visitor = (name: string, word: string, roles: Role[], scopes?: Permission[]): Visitor => {
    const permissions = new Set<string>(permissionsOf({ roles: new Set(roles), scopes: scopes && new Set(scopes) }));
    return { name, word, isMember: roles.includes(Role.MEMBER), may: (permission) => permissions.has(permission) };
  };
  const withKey = async (
    name: string,
    roles: Role[],
    more: { scopes?: Permission[]; userId?: string; teamId?: string } = {},
  ) => {
    const made = await ask('createApiKey', { input: { name, roles, ...more } });
    return visitor(name, String(at(made, ['value'])), roles, more.scopes);
  };
  const issued = Date.parse(START) / 1000;
  const withToken = async (name: string, roles: Role[], more: object = {}) => {
    const claims = { sub: name, iat: issued, exp: issued + 7200, organization: organizationId, roles, ...more };
    return visitor(name, await signWithSecret(SECRET, claims), roles);
  };
  return [
    await withKey('OPERATOR', [Role.OPERATOR]),
    await withKey('ADMIN', [Role.ADMIN]),
    await withKey('SERVICE', [Role.SERVICE]),
    await withKey('FINANCE', [Role.FINANCE]),
    await withKey('MEMBER of a user', [Role.MEMBER], { userId: BOTH.user }),
    await withKey('MEMBER of a team', [Role.MEMBER], { teamId: BOTH.team }),
    await withKey('ADMIN with one scope', [Role.ADMIN], { scopes: ['viewer.read'] }),
    await withToken('ADMIN by token', [Role.ADMIN]),
    await withToken('MEMBER by token', [Role.MEMBER], { user_id: BOTH.user }),
  ];
}
