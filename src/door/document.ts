import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { MAX_DOCUMENT_TOKENS, type DocumentLimit } from './document-limit.js';

/** Validation errors that one answer reports; the rest would only feed a probe. */
const MAX_VALIDATION_ERRORS = 5;

const KEPT_DOCUMENTS = 500;

/** How documents are judged, over HTTP and WebSocket alike. */
export interface DocumentRules {
  readonly size: DocumentLimit;
  /** Whether the schema may be asked for, and names that are nearly right are answered with those that are. */
  readonly showsSchema: boolean;
}

/**
 * Parses and validates documents of one schema, with the same limits and error codes as over HTTP. Valid documents are
 * kept, because thousands of sockets send the same few.
 */
export function documentReader(
  schema: GraphQLSchema,
  { size, showsSchema }: DocumentRules,
): (source: string) => DocumentNode | readonly GraphQLError[] {
  const kept = new LRUCache<string, DocumentNode>({ max: KEPT_DOCUMENTS });
  const rules = [...specifiedRules, ...furtherRules(showsSchema)];
  return (source) => {
    const known = kept.get(source);
    if (known) return known;
    const tooLarge = size.refuseText(source);
    if (tooLarge) return [tooLarge];
    let document: DocumentNode;
    try {
      document = parse(source, { maxTokens: MAX_DOCUMENT_TOKENS });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
    }
    const mistakes = validate(schema, document, rules, validationOptions(showsSchema));
    if (mistakes.length > 0) return mistakes.map((mistake) => withCode(mistake, 'GRAPHQL_VALIDATION_FAILED'));
    kept.set(source, document);
    return document;
  };
}

/** Beside those of GraphQL itself. */
export function furtherRules(showsSchema: boolean): ValidationRule[] {
  return showsSchema ? [] : [NoSchemaIntrospectionCustomRule];
}

export function validationOptions(showsSchema: boolean): { maxErrors: number; hideSuggestions: boolean } {
  return { maxErrors: MAX_VALIDATION_ERRORS, hideSuggestions: !showsSchema };
}

/** The same error with a code, unless it has one already. */
export function withCode(error: GraphQLError, code: string): GraphQLError {
  if (error.extensions['code'] !== undefined) return error;
  const { message, nodes, source, positions, path, originalError } = error;
  const extensions = { ...error.extensions, code };
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}
