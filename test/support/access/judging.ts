/** Asks one thing in the name of everybody about everybody's, and says what is wrong with the answers. */
import type { NodeTag } from '../../../src/node-id.js';
import type { AccessWorld, Visitor } from './access-world.js';
import { ask, at, codesOf, type Said, type Variables } from './asking.js';
import { documentOf, permissionOf, type Root } from './documents.js';
import { RELATIONS, targetsOf, variablesWith, type NamingPlace, type Relation } from './targets.js';

export interface Asked {
  readonly relation: Relation;
  readonly sent: readonly string[];
  readonly said: Said;
}

export type Answers = ReadonlyMap<Relation, Asked>;

/** Every text in what is sent, the longest first. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length < 3 ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value)
    .flatMap(textsIn)
    .sort((a, b) => b.length - a.length);
}

/** An answer without what was said by the asker itself. */
export function apart({ said, sent }: Pick<Asked, 'said' | 'sent'>): string {
  const body = sent.reduce((text, word) => text.replaceAll(JSON.stringify(word).slice(1, -1), '<sent>'), said.body);
  return `${said.status} ${body}`;
}

export interface Case {
  readonly access: AccessWorld;
  readonly root: Root;
  readonly place: NamingPlace;
  readonly visitor: Visitor;
  /** Of an id of any type: which. */
  readonly node?: { readonly tag: NodeTag; readonly type: string } | undefined;
}

/**
 * @param base what is said beside it, anew for each
 * @param relations of whose it is; all unless said
 */
export async function askAll(
  of: Case,
  base: () => Variables | Promise<Variables>,
  relations: readonly Relation[] = RELATIONS,
): Promise<Answers> {
  const { access, root, place, visitor, node } = of;
  const query = documentOf(root, place.field, visitor.may, node?.type);
  const targets = await targetsOf(access, place, node?.tag);
  const answers = new Map<Relation, Asked>();
  for (const relation of relations) {
    if (!(relation in targets) || targets[relation] === undefined) continue;
    const value = targets[relation];
    const variables = variablesWith(await base(), place, relation, value);
    const said = await ask(access.world.server.url, visitor.word, { query, variables });
    answers.set(relation, { relation, sent: [...new Set(textsIn(variables))], said });
  }
  return answers;
}

/** What no answer may be, whoever asks for what: of our own defects, and of what others have. */
export function wrongWith(
  { access, visitor }: Pick<Case, 'access' | 'visitor'>,
  { relation, sent, said }: Asked,
): string[] {
  const wrong: string[] = [];
  const codes = codesOf(said);
  if (codes.some((code) => ['INTERNAL', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED', undefined].includes(code as string))) {
    wrong.push(`${relation}: ${said.body.slice(0, 300)}`);
  }
  const leaks = access.marks.in(said.body, sent);
  if (leaks.length > 0) wrong.push(`${relation}: shows the other organization: ${leaks.slice(0, 3).join(' ')}`);
  const others = visitor.isMember ? access.othersMarks.in(said.body, sent) : [];
  if (others.length > 0) wrong.push(`${relation}: shows another account: ${others.slice(0, 3).join(' ')}`);
  return wrong;
}

/** The pairs that must be the same to the byte. What an id is of is seen from the id itself. */
function alike({ place, visitor }: Case): [Relation, Relation][] {
  const isBlind = place.named.kind === 'ACCOUNT' && !visitor.may('account.read');
  return [
    ...(isBlind ? ([['own', 'missing']] as [Relation, Relation][]) : []),
    ['foreign', 'missing'],
    ['other type', 'foreign type'],
    ...(visitor.isMember ? ([['not mine', 'missing']] as [Relation, Relation][]) : []),
  ];
}

/** An id of another type is as none that there is, or no id of this place at all. */
function typeIsTaken(answers: Answers, words: (asked: Asked) => string): string[] {
  const other = answers.get('other type');
  const none = [answers.get('missing'), answers.get('garbage')].filter((asked) => asked !== undefined);
  if (!other || none.some((asked) => words(asked) === words(other))) return [];
  return [`another type is not as none: ${words(other).slice(0, 400)}`];
}

function differences(
  answers: Answers,
  pairs: readonly [Relation, Relation][],
  words: (asked: Asked) => string,
): string[] {
  return pairs.flatMap(([one, other]) => {
    const [left, right] = [answers.get(one), answers.get(other)];
    if (!left || !right || words(left) === words(right)) return [];
    return [`${one} is not as ${other}: ${words(left).slice(0, 400)} <> ${words(right).slice(0, 400)}`];
  });
}

export function isAllowed({ root, place, visitor }: Case): boolean {
  return visitor.may(permissionOf(root, place.field));
}

/** @param words an answer as it is compared */
export function judge(of: Case, answers: Answers, words: (asked: Asked) => string = apart): string[] {
  const wrong = [...answers.values()].flatMap((asked) => wrongWith(of, asked));
  if (isAllowed(of)) {
    return [...wrong, ...differences(answers, alike(of), words), ...typeIsTaken(answers, words)];
  }
  const all = [...answers.values()];
  const isDenied = all.every(
    ({ said }) => codesOf(said).join() === 'FORBIDDEN' && at(JSON.parse(said.body), ['data', of.place.field]) == null,
  );
  const pairs = all.map(({ relation }): [Relation, Relation] => [relation, all[0]?.relation ?? relation]);
  return [...wrong, ...(isDenied ? [] : ['is not denied']), ...differences(answers, pairs, words)];
}

/** Whether something came for what is one's own. */
export function isFound({ said }: Asked): boolean {
  return codesOf(said).length === 0;
}
