import { GraphQLError, parse, specifiedRules, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Lexical tokens that one GraphQL document may have; a hundred thousand aliases once held the event loop for 2 s. */
export const MAX_DOCUMENT_TOKENS = 5_000;

/** Validation errors that one answer reports; the rest would only feed a probe. */
export const MAX_VALIDATION_ERRORS = 5;

const KEPT_DOCUMENTS = 500;

/**
 * Parses and validates documents of one schema, with the same limits and error codes as over HTTP. Valid documents are
 * kept, because thousands of sockets send the same few.
 */
export function documentReader(schema: GraphQLSchema): (source: string) => DocumentNode | readonly GraphQLError[] {
  const kept = new LRUCache<string, DocumentNode>({ max: KEPT_DOCUMENTS });
  return (source) => {
    const known = kept.get(source);
    if (known) return known;
    let document: DocumentNode;
    try {
      document = parse(source, { maxTokens: MAX_DOCUMENT_TOKENS });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
    }
    const mistakes = validate(schema, document, specifiedRules, { maxErrors: MAX_VALIDATION_ERRORS });
    if (mistakes.length > 0) return mistakes.map((mistake) => withCode(mistake, 'GRAPHQL_VALIDATION_FAILED'));
    kept.set(source, document);
    return document;
  };
}

/** The same error with a code, unless it has one already. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  if (error.extensions['code'] !== undefined) return error;
  const { message, nodes, source, positions, path, originalError } = error;
  const extensions = { ...error.extensions, code };
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}
