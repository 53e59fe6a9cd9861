/** What is known of an operation of a document that was let in, and what of a request has to be asked each time. */
import { Kind, type DocumentNode, type GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { badInput, queryTooComplex } from '../errors.js';
import { OperationCost } from './operation-cost.js';
import { refused } from './refused.js';
import { MAX_LIST_ITEMS, VariableLists } from './variable-lists.js';

/** What one operation may cost; see src/door/operation-cost.ts. A page of 200 usage records with all that there is of each costs a quarter. */
const MAX_COST = 100_000;

/** How many root fields an operation has. */
export interface RootFields {
  /** Of those that are called for every LLM call. */
  readonly hot: number;
  readonly other: number;
}

/** The limits of all operations of one schema. */
export class OperationLimits {
  /** By the operation itself: documents that come again are the same objects. */
  readonly #known = new WeakMap<OperationDefinitionNode, OperationLimit>();

  /** @param isOn false where operations of any cost are run, to measure what that does */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly isOn: boolean,
  ) {}

  of(document: DocumentNode, operation: OperationDefinitionNode): OperationLimit {
    let limit = this.#known.get(operation);
    if (!limit) this.#known.set(operation, (limit = new OperationLimit(this.schema, document, operation, this.isOn)));
    return limit;
  }
}

export class OperationLimit {
  readonly rootFields: RootFields;
  readonly #cost: OperationCost;
  readonly #lists: VariableLists;

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    private readonly isOn: boolean,
  ) {
    this.rootFields = rootFieldsOf(schema, document, operation);
    this.#cost = new OperationCost(schema, document, operation.name?.value);
    this.#lists = new VariableLists(schema, operation);
  }

  /** What speaks against running it with these variables, or undefined. */
  refuse(variables: Readonly<Record<string, unknown>>): GraphQLError | undefined {
    if (!this.isOn) return undefined;
    const list = this.#lists.tooLong(variables);
    if (list) return refused(badInput(list.path, `Must have at most ${MAX_LIST_ITEMS} items; it has ${list.length}.`));
    const cost = this.#cost.of(variables);
    if (cost === undefined || cost <= MAX_COST) return undefined;
    return refused(queryTooComplex('cost', MAX_COST, cost, 'units of cost'));
  }
}

function rootFieldsOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): RootFields {
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  let hot = 0;
  let other = 0;
  const count = ({ selections }: OperationDefinitionNode['selectionSet']): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (fields[selection.name.value]?.extensions['direct'] === true) hot += 1;
        else other += 1;
      } else if (selection.kind === Kind.INLINE_FRAGMENT) count(selection.selectionSet);
      else {
        const { value } = selection.name;
        for (const definition of document.definitions) {
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === value) {
            count(definition.selectionSet);
          }
        }
      }
    }
  };
  count(operation.selectionSet);
  return { hot, other };
}
