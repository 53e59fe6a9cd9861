import {
  ApolloServer,
  HeaderMap,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type BaseContext,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, OperationTypeNode, type GraphQLSchema } from 'graphql';
import { compilingGateway } from './executor.js';
import { MAX_DOCUMENT_TOKENS, MAX_VALIDATION_ERRORS } from './document.js';

/** Turns any error into what a client may read; the signature of Apollo's `formatError`. */
export type FormatError = NonNullable<ApolloServerOptions<BaseContext>['formatError']>;

/** What `makeApollo` needs to know. */
export interface ApolloSettings<TContext extends BaseContext> {
  readonly schema: GraphQLSchema;
  readonly formatError: FormatError;
  readonly plugins?: readonly ApolloServerPlugin<TContext>[];
  readonly logger?: ApolloServerOptions<TContext>['logger'];
}

/**
 * The GraphQL pipeline behind HTTP, not yet started. Every default that reads the environment or talks to the
 * outside is turned off, so that nothing but our own settings decides how the server behaves.
 */
export function makeApollo<TContext extends BaseContext>(settings: ApolloSettings<TContext>): ApolloServer<TContext> {
  return new ApolloServer<TContext>({
    gateway: compilingGateway(settings.schema),
    formatError: settings.formatError,
    logger: settings.logger,
    plugins: [
      // Cache hints wrap every resolver of the schema, which costs time in each field and is used by nobody here.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      refuseSubscriptions,
      statusByMediaType,
      ...(settings.plugins ?? []),
    ],
    introspection: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: MAX_DOCUMENT_TOKENS },
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS },
  });
}

/** Without this a subscription sent over HTTP would run its resolver once, with no event, and fail obscurely. */
const refuseSubscriptions: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation }) => {
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return Promise.resolve();
        return Promise.reject(
          new GraphQLError('Subscriptions run over WebSocket: connect with the protocol graphql-transport-ws.', {
            extensions: {
              code: 'BAD_REQUEST',
              http: { status: 405, headers: new HeaderMap([['allow', 'GET, POST']]) },
            },
          }),
        );
      },
    }),
};

const WELL_FORMED_CODES = new Set<unknown>(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * GraphQL over HTTP: a client that names `application/json`, and not the newer media type, takes any status but 200 for
 * a broken transport, so it is told of a wrong document inside the body. A document over the token limit stays 400 for
 * everybody: that is a refusal, not an answer.
 */
const statusByMediaType: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ request, response, errors }) => {
        const accept = request.http?.headers.get('accept') ?? '';
        const namesJson = accept.includes('application/json') && !accept.includes('application/graphql-response+json');
        if (namesJson && response.http.status === 400 && errors?.every(isAnswerable)) response.http.status = 200;
        return Promise.resolve();
      },
    }),
};

function isAnswerable({ extensions, message }: GraphQLError): boolean {
  return WELL_FORMED_CODES.has(extensions['code']) && !message.includes('Parsing aborted');
}
