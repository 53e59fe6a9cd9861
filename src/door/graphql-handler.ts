/** Answers GraphQL requests over HTTP: reads them, refuses what is too large, and hands the rest to whoever answers fastest. */
import { HeaderMap, type ApolloServer, type BaseContext, type HTTPGraphQLResponse } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FormatError } from './apollo.js';
import type { DocumentLimit } from './document-limit.js';
import type { Executor } from './executor.js';
import { KnownRequests } from './known-request.js';
import { discardRest, readJson, Refusal } from './request-body.js';
import { httpOf } from './refused.js';
import { sendJson } from './send-json.js';

const STATUS_BY_CODE = new Map([
  ['BAD_USER_INPUT', 400],
  ['UNAUTHENTICATED', 401],
  ['FORBIDDEN', 403],
  ['RATE_LIMITED', 429],
  ['SERVICE_UNAVAILABLE', 503],
]);

/** How GraphQL requests are answered. */
export interface GraphqlHandlerOptions<TContext extends BaseContext> {
  readonly apollo: ApolloServer<TContext>;
  /** Apollo's; with it a document that came before is answered without Apollo. */
  readonly executor?: Executor<TContext>;
  /** Refuses documents that are too large before Apollo sees them; those that came before are right. */
  readonly documents?: DocumentLimit | undefined;
  /** Asked before a document is parsed that did not come before; an error of it is the answer. */
  readonly admitUnknown?: (request: IncomingMessage) => Promise<void> | undefined;
  /** Makes the context of one request; an error thrown here is the request's answer. */
  readonly contextOf: (request: IncomingMessage) => TContext | Promise<TContext>;
  readonly formatError: FormatError;
  /** Told of every failure that is ours and not the client's. */
  readonly onFault: (error: unknown) => void;
}

/** A `node:http` listener that answers GraphQL, whatever the path. */
export function graphqlHandler<TContext extends BaseContext>(
  options: GraphqlHandlerOptions<TContext>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { apollo, executor, documents, contextOf, formatError, onFault } = options;
  const knownRequests = executor && new KnownRequests(executor);
  const refusalOf = async (request: IncomingMessage, body: unknown): Promise<GraphQLError | undefined> => {
    try {
      await options.admitUnknown?.(request);
    } catch (error) {
      if (error instanceof GraphQLError) return error;
      throw error;
    }
    return documents?.refuseText(documentOf(request, body));
  };
  return async (request, response) => {
    let body: unknown;
    try {
      body = request.method === 'POST' ? await readJson(request, response) : undefined;
      if (!request.complete) response.once('finish', () => discardRest(request));
    } catch (error) {
      response.once('finish', () => discardRest(request));
      if (error instanceof Refusal) sendRefusal(request, response, error, formatError);
      else response.destroy();
      return;
    }
    const started = knownRequests?.start(request, body, contextOf);
    // Whatever it fails of is for Apollo to tell.
    const result = await started?.outcome.catch(() => undefined);
    if (started && result?.data && !result.errors) {
      sendJson(response, 200, result, started.contentType);
      return;
    }
    if (started) executor?.keep(started.variables, started.outcome);
    const refusal = started ? undefined : await refusalOf(request, body);
    if (refusal) {
      sendRefusal(request, response, refusal, formatError);
      return;
    }
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method ?? 'GET',
        headers: headersOf(request),
        search: searchOf(request.url ?? ''),
        body: started ? { ...Object(body), variables: started.variables } : body,
      },
      context: async () => started?.context ?? contextOf(request),
    });
    knownRequests?.learn(request, answer);
    await send(response, answer, onFault);
  };
}

/** Empty where there is none. */
function documentOf(request: IncomingMessage, body: unknown): string {
  if (request.method === 'GET') return new URLSearchParams(searchOf(request.url ?? '')).get('query') ?? '';
  const query: unknown = typeof body === 'object' && body !== null && 'query' in body ? body.query : undefined;
  return typeof query === 'string' ? query : '';
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

async function send(
  response: ServerResponse,
  answer: HTTPGraphQLResponse,
  onFault: (error: unknown) => void,
): Promise<void> {
  response.statusCode = answer.status === 500 ? statusOfFailure(answer) : (answer.status ?? 200);
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  if (answer.body.kind === 'complete') {
    response.end(answer.body.string);
    return;
  }
  // The pipeline waits for a slow client, and closes the results when the client leaves.
  await pipeline(Readable.from(answer.body.asyncIterator), response).catch((error: unknown) => {
    if (!response.destroyed) onFault(error);
  });
}

/** Apollo answers 500 to every failure before execution that names no status; our codes know better. */
function statusOfFailure({ body }: HTTPGraphQLResponse): number {
  const code = body.kind === 'complete' ? /"code":"([A-Z_]+)"/.exec(body.string)?.[1] : undefined;
  return STATUS_BY_CODE.get(code ?? '') ?? 500;
}

/** An answer without Apollo, in the media type that it would have. */
function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: GraphQLError,
  formatError: FormatError,
): void {
  const wanted = request.headers.accept?.includes('application/graphql-response+json') ?? false;
  const type = `${wanted ? 'application/graphql-response+json' : 'application/json'}; charset=utf-8`;
  const { status, headers } = refusal instanceof Refusal ? { status: refusal.status, headers: [] } : httpOf(refusal);
  for (const [name, value] of headers) response.setHeader(name, value);
  const { code } = refusal.extensions;
  const errors = [formatError({ message: refusal.message, extensions: { code } }, refusal)];
  sendJson(response, status, { errors }, type);
}

function searchOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? '' : url.slice(query);
}
