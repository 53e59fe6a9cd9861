/** What an operation costs: each field its own, as often as the lists above it make it come. */
import {
  getNullableType,
  isListType,
  visit,
  type ASTNode,
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { LRUCache } from 'lru-cache';
import { statedCost } from '../costs.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../page-size.js';

/** Of any field that states none. */
const FIELD_COST = 1;

/** Of a field that an operation begins with, and that states none: a look into the database at least. */
const ROOT_FIELD_COST = 50;

/** Items of a list that is not asked for by `first`: tags, rates, lines of an invoice. */
const LIST_SIZE = 5;

/** The schema as a whole, whatever is asked of it: that it is not asked in circles is seen to by its depth. */
const INTROSPECTION_COST = 1_000;

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

const KEPT_COSTS = 100;

export class OperationCost {
  /** Of the variables that it depends on, in their order. */
  readonly #deciding: readonly string[];
  readonly #known = new LRUCache<string, number>({ max: KEPT_COSTS });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly operationName: string | undefined,
  ) {
    this.#deciding = decidingVariables(document);
  }

  /** Undefined where the variables are wrong, which running the operation says. */
  of(variables: Readonly<Record<string, unknown>>): number | undefined {
    let key = '';
    for (const name of this.#deciding) {
      const value = variables[name];
      if (typeof value === 'object' && value !== null) return undefined;
      if (typeof value === 'string') return undefined;
      key += `${String(value)},`;
    }
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const cost = this.#workOut(variables);
    if (cost !== undefined) this.#known.set(key, cost);
    return cost;
  }

  #workOut(variables: Readonly<Record<string, unknown>>): number | undefined {
    const { schema, document: query, operationName } = this;
    try {
      return getComplexity({ schema, query, operationName, variables, estimators: [byLists] });
    } catch {
      return undefined;
    }
  }
}

const byLists: ComplexityEstimator = ({ field, args, childComplexity, type }) => {
  if (field.name === '__schema' || field.name === '__type') return INTROSPECTION_COST;
  const usual = ROOTS.has(type.name) && !field.name.startsWith('__') ? ROOT_FIELD_COST : FIELD_COST;
  return (statedCost(field) ?? usual) + timesOf(field, args, type.name) * childComplexity;
};

/** How often what is inside comes. */
function timesOf(
  field: GraphQLField<unknown, unknown>,
  args: Readonly<Record<string, unknown>>,
  parent: string,
): number {
  if (field.args.some(({ name }) => name === 'first')) {
    const { first } = args;
    // What is above is refused by the list itself, in words of its own.
    return typeof first === 'number' && first > 0 ? Math.min(first, MAX_PAGE_SIZE) : DEFAULT_PAGE_SIZE;
  }
  // The connection has been asked for so many.
  if (field.name === 'edges' && parent.endsWith('Connection')) return 1;
  return isListType(getNullableType(field.type)) ? LIST_SIZE : 1;
}

/** Those that say how long a list is, or whether something is asked for at all. */
function decidingVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  const take = (node: ASTNode) =>
    visit(node, {
      Variable: ({ name }) => {
        names.add(name.value);
      },
    });
  visit(document, {
    Argument: (node) => {
      if (node.name.value === 'first') take(node.value);
    },
    Directive: (node) => {
      take(node);
    },
  });
  return [...names].sort();
}
