/**
 * How large a document is, with its fragments where they are spread. Worked out from its syntax alone and before anything
 * else is done with it: a chain of fragments that each spread the next twice stands for more fields than there are atoms,
 * and validation itself would not come back from some documents. Each fragment is looked at once.
 */
import {
  Kind,
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** What a document is measured by, and how much of it there may be. */
export const DOCUMENT_LIMITS = {
  /** Fields inside of fields. The longest way that somebody may want, from invoices to the cost lines of a record, has 10. */
  depth: 10,
  /** The same below `__schema` and `__type`: the query that tools send has 16. */
  introspectionDepth: 18,
  /** Lists and objects inside of each other, in a value that is written out. */
  valueDepth: 20,
  fields: 1_000,
  /** Of the operation that has most. */
  rootFields: 50,
  aliases: 100,
  /** Aliases of the field that has most. */
  aliasesOfOneField: 50,
  directives: 50,
  /** Definitions, used or not. */
  fragments: 50,
  operations: 20,
  /** Of all operations together. */
  variables: 100,
} as const;

export type DocumentSize = Record<keyof typeof DOCUMENT_LIMITS, number>;

/** What is inside of one pair of braces. */
interface Part {
  depth: number;
  introspectionDepth: number;
  fields: number;
  aliases: number;
  directives: number;
  readonly aliasesByField: Map<string, number>;
}

/** A fragment that spreads itself. */
export class FragmentCycle extends Error {
  override readonly name = 'FragmentCycle';
}

const INTROSPECTION = new Set(['__schema', '__type']);

/** @throws FragmentCycle */
export function sizeOf(document: DocumentNode): DocumentSize {
  const meter = new Meter(document);
  let variables = 0;
  let operations = 0;
  let rootFields = 0;
  let valueDepth = 0;
  const whole = emptyPart();
  // Also fragments that nobody spreads: they are validated, too.
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) meter.fragment(definition.name.value);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    operations += 1;
    variables += definition.variableDefinitions?.length ?? 0;
    whole.directives += definition.directives?.length ?? 0;
    valueDepth = Math.max(valueDepth, depthOfDefaults(definition));
    add(whole, meter.part(definition.selectionSet));
    rootFields = Math.max(rootFields, meter.width(definition.selectionSet));
  }
  const { depth, introspectionDepth, fields, aliases, directives } = whole;
  return {
    depth,
    introspectionDepth,
    valueDepth: Math.max(valueDepth, meter.deepestValue),
    fields: Math.max(fields, meter.fieldsOfLargestFragment),
    rootFields,
    aliases,
    aliasesOfOneField: Math.max(0, ...whole.aliasesByField.values()),
    directives: Math.max(directives, meter.directivesAsWritten),
    fragments: meter.fragmentCount,
    operations,
    variables,
  };
}

class Meter {
  readonly #definitions = new Map<string, FragmentDefinitionNode>();
  readonly #parts = new Map<string, Part>();
  readonly #widths = new Map<string, number>();
  readonly #entered = new Set<string>();
  fragmentCount = 0;
  fieldsOfLargestFragment = 0;
  directivesAsWritten = 0;
  deepestValue = 0;

  constructor({ definitions }: DocumentNode) {
    for (const definition of definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.#definitions.set(definition.name.value, definition);
      this.fragmentCount += 1;
      this.directivesAsWritten += definition.directives?.length ?? 0;
    }
  }

  /** Undefined where the document has none of this name, which validation says. */
  fragment(name: string): Part | undefined {
    const known = this.#parts.get(name);
    const definition = this.#definitions.get(name);
    if (known || !definition) return known;
    if (this.#entered.has(name)) throw new FragmentCycle();
    this.#entered.add(name);
    const part = this.part(definition.selectionSet);
    this.#parts.set(name, part);
    this.fieldsOfLargestFragment = Math.max(this.fieldsOfLargestFragment, part.fields);
    return part;
  }

  part({ selections }: SelectionSetNode): Part {
    const part = emptyPart();
    for (const selection of selections) {
      const { directives = [] } = selection;
      part.directives += directives.length;
      this.directivesAsWritten += directives.length;
      for (const directive of directives) this.#look(directive.arguments);
      add(part, this.#inside(selection));
    }
    return part;
  }

  /** How many fields stand side by side, those of fragments included. */
  width({ selections }: SelectionSetNode): number {
    let width = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) width += 1;
      else if (selection.kind === Kind.INLINE_FRAGMENT) width += this.width(selection.selectionSet);
      else width += this.#widthOf(selection.name.value);
    }
    return width;
  }

  /** After the parts, where a cycle would have been found. */
  #widthOf(name: string): number {
    const known = this.#widths.get(name);
    const definition = this.#definitions.get(name);
    if (known !== undefined || !definition) return known ?? 0;
    const width = this.width(definition.selectionSet);
    this.#widths.set(name, width);
    return width;
  }

  #inside(selection: SelectionNode): Part | undefined {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection);
      case Kind.INLINE_FRAGMENT:
        return this.part(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        return this.fragment(selection.name.value);
    }
  }

  #look(given: readonly ArgumentNode[] = []): void {
    for (const { value } of given) this.deepestValue = Math.max(this.deepestValue, depthOf(value));
  }

  #field({ name, alias, arguments: given, selectionSet }: FieldNode): Part {
    this.#look(given);
    const part = selectionSet ? this.part(selectionSet) : emptyPart();
    part.fields += 1;
    part.depth += 1;
    if (INTROSPECTION.has(name.value)) {
      part.introspectionDepth = part.depth;
      part.depth = 1;
    }
    if (alias && alias.value !== name.value) {
      part.aliases += 1;
      part.aliasesByField.set(name.value, (part.aliasesByField.get(name.value) ?? 0) + 1);
    }
    return part;
  }
}

function depthOfDefaults({ variableDefinitions = [] }: OperationDefinitionNode): number {
  return Math.max(0, ...variableDefinitions.map(({ defaultValue }) => (defaultValue ? depthOf(defaultValue) : 0)));
}

/** 0 for a value that is neither list nor object. */
function depthOf(value: ValueNode): number {
  let inner: readonly ValueNode[];
  if (value.kind === Kind.LIST) inner = value.values;
  else if (value.kind === Kind.OBJECT) inner = value.fields.map((field) => field.value);
  else return 0;
  let deepest = 0;
  for (const one of inner) deepest = Math.max(deepest, depthOf(one));
  return deepest + 1;
}

const emptyPart = (): Part => ({
  depth: 0,
  introspectionDepth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  aliasesByField: new Map(),
});

function add(to: Part, part: Part | undefined): void {
  if (!part) return;
  to.depth = Math.max(to.depth, part.depth);
  to.introspectionDepth = Math.max(to.introspectionDepth, part.introspectionDepth);
  to.fields += part.fields;
  to.aliases += part.aliases;
  to.directives += part.directives;
  for (const [name, count] of part.aliasesByField) {
    to.aliasesByField.set(name, (to.aliasesByField.get(name) ?? 0) + count);
  }
}
