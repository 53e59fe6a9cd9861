/**
 * Lists in variables, looked at before GraphQL reads them: of a million wrong items it makes a million errors. Only where
 * the schema has a list; what is inside of a JSON value is a provider's and may be as long as the body.
 */
import {
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  typeFromAST,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type TypeNode,
} from 'graphql';

/** Items that one list of an input may have, such as those of a batch. */
export const MAX_LIST_ITEMS = 1_000;

interface TooLong {
  /** The way to the list. */
  readonly path: readonly (string | number)[];
  readonly length: number;
}

/** The first list that is too long, or undefined. */
type Look = (value: unknown) => TooLong | undefined;

const below = (name: string | number, { path, length }: TooLong): TooLong => ({ path: [name, ...path], length });

export class VariableLists {
  readonly #looks: readonly (readonly [string, Look])[];

  constructor(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode) {
    this.#looks = variableDefinitions.flatMap(({ variable, type }) => {
      const look = lookOf(inputTypeOf(schema, type));
      return look ? [[variable.name.value, look] as const] : [];
    });
  }

  tooLong(variables: Readonly<Record<string, unknown>>): TooLong | undefined {
    for (const [name, look] of this.#looks) {
      const found = look(variables[name]);
      if (found) return below(name, found);
    }
    return undefined;
  }
}

function inputTypeOf(schema: GraphQLSchema, node: TypeNode): GraphQLInputType | undefined {
  const type = typeFromAST(schema, node);
  return isInputType(type) ? type : undefined;
}

/** Each type is looked through once. */
const KNOWN = new WeakMap<GraphQLInputType, Look | 'NO_LIST'>();

function lookOf(wrapped: GraphQLInputType | undefined): Look | undefined {
  const type = wrapped && getNullableType(wrapped);
  if (!type) return undefined;
  const known = KNOWN.get(type);
  if (known) return known === 'NO_LIST' ? undefined : known;
  KNOWN.set(type, 'NO_LIST');
  const look = isListType(type) ? lookThrough(type.ofType) : isInputObjectType(type) ? lookInside(type) : undefined;
  if (look) KNOWN.set(type, look);
  return look;
}

/** Items of a list, and what is in each of them. */
function lookThrough(item: GraphQLInputType): Look {
  const inner = lookOf(item);
  return (value) => {
    // GraphQL takes what is no list for a list of one.
    if (!Array.isArray(value)) return inner?.(value);
    const items: readonly unknown[] = value;
    return items.length > MAX_LIST_ITEMS ? { path: [], length: items.length } : inner && firstOf(items, inner);
  };
}

function lookInside(type: GraphQLInputObjectType): Look | undefined {
  const looks = Object.values(type.getFields()).flatMap(({ name, type }) => {
    const look = lookOf(type);
    return look ? [[name, look] as const] : [];
  });
  if (looks.length === 0) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    for (const [name, look] of looks) {
      const found = look(Reflect.get(value, name));
      if (found) return below(name, found);
    }
    return undefined;
  };
}

function firstOf(values: readonly unknown[], look: Look): TooLong | undefined {
  for (const [index, value] of values.entries()) {
    const found = look(value);
    if (found) return below(index, found);
  }
  return undefined;
}
