/** A document for each field of a root, which asks for all that whoever sends it may see. */
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  OperationTypeNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { guardRootField } from '../../../src/context.js';
import { requiredPermission } from '../../../src/requires.js';
import { makeSchema } from '../../../src/schema.js';
import { makeResolvers, type Services } from '../../../src/services.js';

/** The schema with the permission that each field states. */
export const STATED: GraphQLSchema = await makeSchema(makeResolvers({} as Services), guardRootField);

const DEPTH = 3;

/** What goes on while nobody does anything, or is of the moment of asking: two answers differ in it, whatever they are about. */
const MOVING = new Set([
  'BudgetStatus.asOf',
  'BudgetPeriodStatus.burnRate',
  'BudgetPeriodStatus.exhaustsAt',
  'CatalogStatus.ageSeconds',
  'CostEstimate.at',
  'ApiKey.lastUsedAt',
]);

export type Root = 'Query' | 'Mutation' | 'Subscription';
export type May = (permission: string) => boolean;

const OPERATIONS: Readonly<Record<Root, OperationTypeNode>> = {
  Query: OperationTypeNode.QUERY,
  Mutation: OperationTypeNode.MUTATION,
  Subscription: OperationTypeNode.SUBSCRIPTION,
};

export function rootFields(root: Root): GraphQLField<unknown, unknown>[] {
  return Object.values(STATED.getRootType(OPERATIONS[root])?.getFields() ?? {});
}

export function permissionOf(root: Root, name: string): string {
  const field = STATED.getRootType(OPERATIONS[root])?.getFields()[name];
  return (field && requiredPermission(field)) ?? '';
}

const made = new WeakMap<May, Map<string, string>>();

/**
 * All arguments are variables of their names.
 * @param within of an interface, the type that it is asked as
 * @param depth how many rows one below the other
 */
export function documentOf(root: Root, name: string, may: May, within = '', depth = DEPTH): string {
  const known = made.get(may) ?? new Map<string, string>();
  made.set(may, known);
  const key = [root, name, within, depth].join();
  const document = known.get(key) ?? makeDocument(root, name, { may, within, depth });
  known.set(key, document);
  return document;
}

/** How a document is made. */
interface Making {
  readonly may: May;
  readonly within: string;
  readonly depth: number;
}

function makeDocument(root: Root, name: string, making: Making): string {
  const field = rootFields(root).find((one) => one.name === name);
  if (!field) throw new Error(`${root} has no field ${name}.`);
  const variables = field.args.map(declarationOf).join(', ');
  const given = field.args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const head = `${OPERATIONS[root]}${variables && ` (${variables})`}`;
  return `${head} { ${name}${given && `(${given})`}${selectionOf(field, making)} }`;
}

/** What has a default may be left out. */
function declarationOf({ name, type, defaultValue }: GraphQLArgument): string {
  return `$${name}: ${String(defaultValue === undefined ? type : getNullableType(type))}`;
}

function selectionOf(field: GraphQLField<unknown, unknown>, making: Making): string {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return '';
  const asked = isInterfaceType(type) ? STATED.getType(making.within) : type;
  if (!isObjectType(asked)) return ' { __typename }';
  const selected = fieldsOf(asked, making, [asked.name]);
  return asked === type ? ` ${selected}` : ` { __typename ... on ${asked.name} ${selected} }`;
}

/** A type is not entered again below itself, so that every way ends; but what is right below one of its own is, once. */
const isOnPath = (type: string, path: readonly string[]) =>
  path.filter((one) => one === type).length > (path.at(-1) === type ? 1 : 0);

function fieldsOf(type: GraphQLObjectType, making: Making, path: readonly string[]): string {
  const selected = Object.values(type.getFields()).flatMap((field) => {
    const permission = requiredPermission(field);
    if ((permission !== undefined && !making.may(permission)) || MOVING.has(`${type.name}.${field.name}`)) return [];
    const target = getNamedType(field.type);
    if (isLeafType(target)) return [field.name];
    if (!isObjectType(target) || isOnPath(target.name, path) || path.length >= making.depth + wrappers(path)) return [];
    return [`${field.name} ${fieldsOf(target, making, [...path, target.name])}`];
  });
  return `{ __typename ${selected.join(' ')} }`;
}

/** What only holds another counts for no depth. */
const wrappers = (path: readonly string[]) => path.filter((type) => /(Connection|Edge|Payload)$/.test(type)).length;

/** Every field below a root that leads to what has an opaque id, such as `Invoice.account`. */
export function edgesBelow(root: Root): string[] {
  const reached = new Set<string>();
  const edges = new Set<string>();
  const enter = (type: GraphQLObjectType): void => {
    if (reached.has(type.name)) return;
    reached.add(type.name);
    for (const field of Object.values(type.getFields())) {
      const target = getNamedType(field.type);
      if (!isObjectType(target)) continue;
      if (target.getInterfaces().some(({ name }) => name === 'Node')) edges.add(`${type.name}.${field.name}`);
      enter(target);
    }
  };
  for (const field of rootFields(root)) {
    const target = getNamedType(field.type);
    if (isObjectType(target)) enter(target);
  }
  return [...edges].sort();
}

/** Those of them that an answer went. */
export function edgesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(edgesIn);
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value).filter(([, inner]) => typeof inner === 'object' && inner !== null);
  const here = '__typename' in value ? entries.map(([name]) => `${String(value.__typename)}.${name}`) : [];
  return [...here, ...entries.flatMap(([, inner]) => edgesIn(inner))];
}
