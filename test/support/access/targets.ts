/** What is said at a place, by whose it is. */
import { v7 as newId, validate } from 'uuid';
import { keyDayOf } from '../../../src/key-day.js';
import { decodeId, encodeId, type NodeTag } from '../../../src/node-id.js';
import { BOTH, spenderOf, STEMS, type AccessWorld } from './access-world.js';
import { at, withAt, type Variables } from './asking.js';
import type { Named, NameOf, Place } from './places.js';

export const RELATIONS = ['own', 'not mine', 'foreign', 'missing', 'other type', 'foreign type', 'garbage'] as const;
export type Relation = (typeof RELATIONS)[number];

/** undefined: there is no such thing at this place. */
export type Targets = Readonly<Partial<Record<Relation, unknown>>>;

export type NamingPlace = Place & { readonly named: Named };

/** A row's id in which the row is another: the nearest that there is none of. */
function missingOf(tag: NodeTag, like: string): string {
  const { key } = decodeId(like) ?? { key: '' };
  if (tag === 'usage') {
    const nobody = `call-bob-${STEMS.nobody}`;
    return encodeId(tag, `${keyDayOf(nobody)}:${nobody}`);
  }
  return encodeId(tag, beside(key));
}

/** What comes right behind it, in whatever order. */
function beside(key: string): string {
  if (/^\d+$/.test(key)) return String(BigInt(key) + 100n);
  if (validate(key))
    return key.replace(/.$/, (last) => (last === 'f' ? 'e' : (Number.parseInt(last, 16) + 1).toString(16)));
  return key.replaceAll(STEMS.theirs, STEMS.nobody);
}

function idTargets({ ours, theirs }: AccessWorld, tag: NodeTag): Targets {
  const [own, notMine] = ours.ids.map((ids) => ids[tag]);
  const foreign = theirs.ids[1]?.[tag] ?? '';
  const other = tag === 'invoice' ? 'budget' : 'invoice';
  return {
    own,
    ...(notMine !== own && { 'not mine': notMine }),
    foreign,
    missing: missingOf(tag, foreign),
    'other type': ours.ids[0]?.[other],
    'foreign type': theirs.ids[1]?.[other],
    garbage: encodeId(tag, `${newId()}' OR true`),
  };
}

const nobody = spenderOf(STEMS.nobody);
const inOther = spenderOf(STEMS.others);
const inTheirs = spenderOf(STEMS.theirs);

function accountTargets(level: 'USER' | 'TEAM' | 'RUN'): Targets {
  const part = ({ USER: 'user', TEAM: 'team', RUN: 'run' } as const)[level];
  return {
    own: BOTH[part],
    'not mine': inOther[part],
    foreign: inTheirs[part],
    missing: nobody[part],
    garbage: '\u0000',
  };
}

const body = (model: string) => ({ model, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
const three = (of: (stem: string) => unknown, own: unknown): Targets => ({
  ...{ own, foreign: of(STEMS.theirs), missing: of(STEMS.nobody) },
});

/** How the keys of what was planted begin. */
const KEYS: readonly (readonly [RegExp, string])[] = [
  [/^(reserveBudget|extendReservation)/, 'hold'],
  [/^grantCredit/, 'grant'],
  [/^createCreditNote/, 'note'],
  [/^payInvoice/, 'paid'],
  [/^applyReprice/, 'reprice'],
  [/./, 'call'],
];

const NAMES: Readonly<Record<NameOf, (field: string) => Targets>> = {
  plan: () => three((stem) => `plan-${stem}`, 'plan-both'),
  model: () => three((stem) => `model-${stem}`, 'model-both'),
  provider: () => three((stem) => `lab-${stem}`, 'lab-both'),
  currency: () => ({ own: 'USD', foreign: 'CHF', missing: 'SEK', garbage: 'zz' }),
  'idempotency key': (field) => {
    const begin = KEYS.find(([form]) => form.test(field))?.[1] ?? '';
    return three((stem) => `${begin}-bob-${stem}`, `${begin}-of-${field}`);
  },
  'tag key': () => three((stem) => `tag-${stem}`, `tag-${STEMS.ours}`),
  'tag value': () => three((stem) => stem, STEMS.ours),
  search: () => three((stem) => `model-${stem}`, 'model-both'),
  subject: () => three((stem) => `subject-${stem}`, 'subject-own'),
  response: () => three((stem) => body(`model-${stem}`), body('model-both')),
};

/** The first place of a list, and for those who see a part of it the first of theirs. */
async function cursorTargets({ ours, theirs }: AccessWorld, place: string): Promise<Targets> {
  // A stream of alerts goes on where their list was.
  const field = /^(alertFeed|budgetAlerts)$/.test(place) ? 'alerts' : place;
  const listed = async ({ ask }: Pick<AccessWorld['ours'], 'ask'>, filter: object | undefined) => {
    const answer = await ask(field, { first: 1, ...(filter && { filter }) });
    return String(at(answer, ['pageInfo', 'endCursor']));
  };
  const ofUser = (userId: string) => (/^(usageRecords|alerts)$/.test(field) ? { userId } : undefined);
  const filter = (search: string) => (field === 'models' ? { own: true, search } : undefined);
  const foreign = await listed(theirs, ofUser(inTheirs.user) ?? filter(`model-${STEMS.theirs}`));
  return {
    own: await listed(ours, ofUser(BOTH.user) ?? filter('both')),
    // A number says where one stands, and nothing of whether there is anything.
    ...(field === 'usageRecords' && { 'not mine': await listed(ours, ofUser(inOther.user)) }),
    foreign,
    missing: missingCursor(foreign),
    'other type': ours.ids[0]?.[field === 'invoices' ? 'budget' : 'invoice'],
    'foreign type': theirs.ids[1]?.[field === 'invoices' ? 'budget' : 'invoice'],
    garbage: 'no cursor',
  };
}

function missingCursor(cursor: string): string {
  const decoded = decodeId(cursor);
  if (decoded && /^[a-z]+$/.test(decoded.tag)) return missingOf(decoded.tag as NodeTag, cursor);
  return Buffer.from(beside(Buffer.from(cursor, 'base64url').toString())).toString('base64url');
}

/** Where any type will do, none is another. */
function ofOneType({ own, foreign, missing, garbage, 'not mine': notMine }: Targets): Targets {
  return { own, foreign, missing, garbage, 'not mine': notMine };
}

/** Where an id says itself what it is of, it is the row of another type under this one's name. */
function retold(targets: Targets, tag: NodeTag): Targets {
  const as = (id: unknown) => encodeId(tag, decodeId(String(id))?.key ?? '');
  return { ...targets, 'other type': as(targets['other type']), 'foreign type': as(targets['foreign type']) };
}

/** @param tag where an id of any type is taken, of which. */
export async function targetsOf(access: AccessWorld, place: NamingPlace, tag?: NodeTag): Promise<Targets> {
  const { named, field, declared } = place;
  switch (named.kind) {
    case 'ID':
      // Whose doing it was.
      if (declared === 'AuditFilter.apiKeyId') {
        return { ...idTargets(access, 'apikey'), own: access.ours.keyId, foreign: access.theirs.keyId };
      }
      if (named.of === 'any' && tag === undefined) return ofOneType(idTargets(access, 'budget'));
      return named.of === 'any'
        ? retold(idTargets(access, tag ?? 'budget'), tag ?? 'budget')
        : idTargets(access, named.of);
    case 'ACCOUNT':
      return accountTargets(named.level);
    case 'CURSOR':
      return cursorTargets(access, field);
    case 'NAME':
      return NAMES[named.of](field);
  }
}

/** What stands beside a place where it says something else than its own. */
const BESIDE: Readonly<Record<string, readonly [string, NameOf]>> = {
  model: ['provider', 'provider'],
  name: ['provider', 'provider'],
  provider: ['model', 'model'],
  key: ['value', 'tag value'],
  value: ['key', 'tag key'],
};

/** What else is said with a name, so that the whole is of one piece. */
export function variablesWith(
  base: Variables,
  { way, named, field, declared }: NamingPlace,
  relation: Relation,
  value: unknown,
): Variables {
  const last = String(way.findLast((word) => typeof word === 'string'));
  const around = way.slice(0, way.lastIndexOf(last));
  const fellow = BESIDE[last];
  let given = base;
  if (named.kind === 'ACCOUNT') {
    // One name at a time; a run is of a user, where one may be said.
    for (const other of ['userId', 'teamId', 'runId']) {
      if (other !== last && at(given, [...around, other]) !== undefined)
        given = withAt(given, [...around, other], undefined) as Variables;
    }
  }
  const tells = named.kind === 'NAME' && fellow;
  if (tells && (at(given, [...around, fellow[0]]) !== undefined || /TagInput/.test(declared))) {
    given = withAt(given, [...around, fellow[0]], NAMES[fellow[1]](field)[relation]) as Variables;
  }
  return withAt(given, way, value) as Variables;
}
