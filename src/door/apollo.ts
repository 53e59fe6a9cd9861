import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type BaseContext,
  type GraphQLRequestListener,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLError } from 'graphql';
import type { Executor } from './executor.js';
import { MAX_DOCUMENT_TOKENS } from './document-limit.js';
import { furtherRules, validationOptions } from './document.js';

/** Turns any error into what a client may read; the signature of Apollo's `formatError`. */
export type FormatError = NonNullable<ApolloServerOptions<BaseContext>['formatError']>;

/** What `makeApollo` needs to know. */
export interface ApolloSettings<TContext extends BaseContext> {
  readonly executor: Executor<TContext>;
  readonly formatError: FormatError;
  /** Whether the schema may be asked for, and names that are nearly right are answered with those that are. */
  readonly showsSchema: boolean;
  readonly logger?: ApolloServerOptions<TContext>['logger'];
}

/**
 * The GraphQL pipeline behind HTTP, not yet started. Every default that reads the environment or talks to the
 * outside is turned off, so that nothing but our own settings decides how the server behaves.
 */
export function makeApollo<TContext extends BaseContext>(settings: ApolloSettings<TContext>): ApolloServer<TContext> {
  return new ApolloServer<TContext>({
    gateway: settings.executor.gateway,
    formatError: settings.formatError,
    logger: settings.logger,
    plugins: [
      // Cache hints wrap every resolver of the schema, which costs time in each field and is used by nobody here.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      statusByMediaType,
    ],
    // Whether the schema is shown is our own rule's, the same over WebSocket.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: MAX_DOCUMENT_TOKENS },
    validationRules: furtherRules(settings.showsSchema),
    validationOptions: validationOptions(settings.showsSchema),
  });
}

const WELL_FORMED_CODES = new Set<unknown>(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * GraphQL over HTTP: a client that names `application/json`, and not the newer media type, takes any status but 200 for
 * a broken transport, so it is told of a wrong document inside the body. A document over the token limit stays 400 for
 * everybody: that is a refusal, not an answer.
 */
const statusByMediaType: ApolloServerPlugin = {
  // No listener for the others: with one Apollo waits for promises at seven places of a request.
  requestDidStart: ({ request }) => {
    const accept = request.http?.headers.get('accept');
    const namesJson = accept?.includes('application/json') && !accept.includes('application/graphql-response+json');
    return Promise.resolve(namesJson ? answerInBody : undefined);
  },
};

const answerInBody: GraphQLRequestListener<BaseContext> = {
  willSendResponse: ({ response, errors }) => {
    if (response.http.status === 400 && errors?.every(isAnswerable)) response.http.status = 200;
    return Promise.resolve();
  },
};

function isAnswerable({ extensions, message }: GraphQLError): boolean {
  return WELL_FORMED_CODES.has(extensions['code']) && !message.includes('Parsing aborted');
}
