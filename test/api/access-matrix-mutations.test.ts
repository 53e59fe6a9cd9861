/**
 * H16, H17, H18 for what changes something: whatever can be named in a mutation, by every role, of everybody. What is
 * refused changes nothing, of anybody; what is taken is of the own organization alone, and is as if the name were new.
 *
 * Seen to fail, each with what is named: with authorize taken out of BudgetService.set, of UsageService.record and of
 * ApiKeyService.revoke; with the organization left out where an invoice, a subscription or an API key is locked, and where
 * an account is found by its name.
 */
import { BOTH, PLANTING_MS, startAccessWorld, type AccessWorld, type Visitor } from '../support/access/access-world.js';
import { ask, at, codesOf } from '../support/access/asking.js';
import { documentOf, rootFields } from '../support/access/documents.js';
import { apart, askAll, isAllowed, judge, type Answers, type Asked, type Case } from '../support/access/judging.js';
import { changedTables, rowsOf } from '../support/access/marks.js';
import { MutationBases } from '../support/access/mutation-bases.js';
import { namingPlaces } from '../support/access/places.js';
import { BOOTSTRAP_KEY } from '../support/database.js';
import { RELATIONS, targetsOf, variablesWith, type NamingPlace, type Relation } from '../support/access/targets.js';

const places = namingPlaces('Mutation');
const ofIds = places.filter(({ named }) => named.kind === 'ID');
const ofNames = places.filter(({ named }) => named.kind !== 'ID');

let access: AccessWorld;
let bases: MutationBases;
let theirs: ReadonlyMap<string, string[]>;
let ours: ReadonlyMap<string, string[]>;
const counted = new Map<Relation, number>();
beforeAll(async () => {
  access = await startAccessWorld();
  bases = await MutationBases.make(access);
  // A token that is seen for the first time leaves its subject.
  for (const { word } of access.visitors)
    await ask(access.world.server.url, word, { query: '{ viewer { roles } }', variables: {} });
  theirs = await rowsOf(access.client, access.ids.theirs);
  ours = await rowsOf(access.client, access.ids.ours);
}, PLANTING_MS);
afterAll(() => access.close());

const caseOf = (place: NamingPlace, visitor: Visitor): Case => ({ access, root: 'Mutation', place, visitor });

function count(answers: Answers): void {
  for (const relation of answers.keys()) counted.set(relation, (counted.get(relation) ?? 0) + 1);
}

/** All that they take is new. */
const NAMELESS = ['createOrganization', 'refreshPricing', 'retryWebhookEvent', 'setOrganization'];

const NOT_ONES_OWN = RELATIONS.filter((relation) => relation !== 'own' && relation !== 'not mine');

describe('refused', () => {
  test.each(places)('$path', async (place) => {
    const base = await bases.of(place, 'REFUSED');
    const wrong = await Promise.all(
      access.visitors.map(async (visitor) => {
        const of = caseOf(place, visitor);
        if (isAllowed(of) && place.named.kind !== 'ID') return [];
        const answers = await askAll(of, () => base, isAllowed(of) ? NOT_ONES_OWN : RELATIONS);
        count(answers);
        return judge(of, answers).map((what) => `${visitor.name}: ${what}`);
      }),
    );
    expect(wrong.flat()).toEqual([]);
  });

  test('and nothing is changed', async () => {
    expect(changedTables(theirs, await rowsOf(access.client, access.ids.theirs))).toEqual([]);
    expect(changedTables(ours, await rowsOf(access.client, access.ids.ours))).toEqual([]);
  });
});

/** What is new in each answer. */
const NEW: readonly (readonly [RegExp, string])[] = [
  [/"(?:\w*[iI]d|clientSecret|value|prefix|number|pageUrl|pdfUrl)":"[^"]*"/g, '<new id>'],
  [/payer-\d+/g, '<new name>'],
  [/"\d{4}-\d\d-\d\dT[^"]*Z"/g, '<time>'],
  [/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<uuid>'],
];
const words = (asked: Asked): string => NEW.reduce((text, [form, as]) => text.replace(form, as), apart(asked));

describe('taken', () => {
  test.each(ofNames)('$path', async (place) => {
    for (const visitor of access.visitors) {
      const of = caseOf(place, visitor);
      if (!isAllowed(of)) continue;
      const answers = await askAll(of, () => bases.of(place, 'TO_BE_DONE'), ['foreign', 'missing', 'garbage']);
      count(answers);
      expect([visitor.name, judge(of, answers, words)]).toEqual([visitor.name, []]);
    }
  });

  test('and nothing of theirs is changed', async () => {
    expect(changedTables(theirs, await rowsOf(access.client, access.ids.theirs))).toEqual([]);
  });
});

describe('one’s own', () => {
  test.each(ofIds)('$path', async (place) => {
    const base = await bases.of(place, 'TO_BE_DONE');
    const [visitor] = access.visitors.filter((one) => isAllowed(caseOf(place, one)));
    const own = at(base, place.way) ?? (await targetsOf(access, place)).own;
    const variables = variablesWith(base, place, 'own', own);
    const query = documentOf('Mutation', place.field, visitor?.may ?? (() => false));
    const said = await ask(access.world.server.url, visitor?.word ?? '', { query, variables });
    expect([codesOf(said), said.body.slice(0, 300)]).toEqual([[], expect.any(String)]);
  });
});

// Its processor's own id names a method too, before this organization ever had it.
test('a payment method of a foreign customer is as one that its processor does not know', async () => {
  const listed = await access.theirs.ask('paymentMethods', { userId: BOTH.user });
  const ref = String(at(listed, [0, 'processorRef']));
  expect(ref).toMatch(/^pm_/);
  const query = documentOf('Mutation', 'setDefaultPaymentMethod', () => true);
  const answers = await Promise.all(
    [ref, ref.replace(/.$/, '0')].map(async (paymentMethodId) => {
      const variables = { input: { userId: BOTH.user, paymentMethodId } };
      const said = await ask(access.world.server.url, BOOTSTRAP_KEY, { query, variables });
      expect(codesOf(said)).toEqual(['NOT_FOUND']);
      return apart({ said, sent: [paymentMethodId] });
    }),
  );
  expect(answers[0]).toBe(answers[1]);
});

test('at least 3,900 cases were tried, of every relation and of every mutation that names something', () => {
  expect([...counted.keys()].sort()).toEqual([...RELATIONS].sort());
  for (const [relation, count] of counted) expect([relation, count > 180]).toEqual([relation, true]);
  expect([...counted.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(3_900);
  const nameless = rootFields('Mutation').filter(({ name }) => !places.some(({ field }) => field === name));
  expect(nameless.map(({ name }) => name).sort()).toEqual(NAMELESS);
});
