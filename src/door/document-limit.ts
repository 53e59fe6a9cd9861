/** Refuses documents that are larger than anybody needs, before they are validated. */
import { parse, type DocumentNode, type GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { DOCUMENT_LIMITS, FragmentCycle, sizeOf, type DocumentSize } from './document-size.js';
import { queryTooComplex } from '../errors.js';
import { refused } from './refused.js';

/** Lexical tokens that one GraphQL document may have; a hundred thousand aliases once held the event loop for 2 s. */
export const MAX_DOCUMENT_TOKENS = 5_000;

/** Documents whose size is known to be right. */
const KEPT_DOCUMENTS = 1_000;

const WHAT: Record<keyof DocumentSize, string> = {
  depth: 'levels of fields',
  introspectionDepth: 'levels of introspection',
  valueDepth: 'levels of a value',
  fields: 'fields',
  rootFields: 'root fields',
  aliases: 'aliases',
  aliasesOfOneField: 'aliases of one field',
  directives: 'directives',
  fragments: 'fragments',
  operations: 'operations',
  variables: 'variables',
};

const LIMITS = Object.keys(WHAT) as (keyof DocumentSize)[];

export class DocumentLimit {
  readonly #right = new LRUCache<string, true>({ max: KEPT_DOCUMENTS });

  /** @param isOn false where documents of any size are taken, to measure what that does */
  constructor(private readonly isOn: boolean) {}

  /** What speaks against a document that is not parsed yet; undefined also where it cannot be, which others say better. */
  refuseText(source: string): GraphQLError | undefined {
    if (!this.isOn || this.#right.has(source)) return undefined;
    let document: DocumentNode;
    try {
      document = parse(source, { maxTokens: MAX_DOCUMENT_TOKENS, noLocation: true });
    } catch (error) {
      // Values inside of values: the parser calls itself for each.
      return error instanceof RangeError ? tooDeep() : undefined;
    }
    const problem = this.refuse(document);
    if (!problem) this.#right.set(source, true);
    return problem;
  }

  /** What speaks against a document, or undefined. */
  refuse(document: DocumentNode): GraphQLError | undefined {
    if (!this.isOn) return undefined;
    try {
      return firstOver(sizeOf(document));
    } catch (error) {
      if (error instanceof FragmentCycle) return tooDeep();
      if (error instanceof RangeError) return tooDeep();
      throw error;
    }
  }
}

function firstOver(size: DocumentSize): GraphQLError | undefined {
  const over = LIMITS.find((name) => size[name] > DOCUMENT_LIMITS[name]);
  return over && refused(queryTooComplex(over, DOCUMENT_LIMITS[over], size[over], WHAT[over]));
}

/** Without an end, or without one that was reached. */
const tooDeep = () => refused(queryTooComplex('depth', DOCUMENT_LIMITS.depth, undefined, WHAT.depth));
