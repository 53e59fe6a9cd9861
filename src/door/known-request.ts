/**
 * Requests whose document Apollo has parsed, validated and answered before. A success is written at once, because
 * Apollo's pipeline hashes the document, parses media types and waits a dozen times for each request, which was a fifth
 * of the CPU of a recorded call. Whatever is no plain success is Apollo's to answer: it makes all error answers.
 */
import type { BaseContext, HTTPGraphQLResponse } from '@apollo/server';
import type { ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { IncomingMessage } from 'node:http';
import type { Executor, Wanted } from './executor.js';

/** Clients have a handful of `accept` headers. */
const KEPT_TYPES = 100;

/** A known request under way. */
export interface Started<TContext> {
  readonly context: Promise<TContext>;
  readonly outcome: Promise<ExecutionResult>;
  /** The media type in which a success of it is answered. */
  readonly contentType: string;
  /** What Apollo has to be handed for this request to be told of its outcome. */
  readonly variables: Record<string, unknown>;
}

export class KnownRequests<TContext extends BaseContext> {
  /** What Apollo chose for an `accept` header, which is all that it looks at. */
  readonly #contentTypes = new LRUCache<string, string>({ max: KEPT_TYPES });

  constructor(private readonly executor: Executor<TContext>) {}

  /**
   * Runs a request, once, where it is known.
   * @param body of a POST in JSON.
   */
  start(
    request: IncomingMessage,
    body: unknown,
    contextOf: (request: IncomingMessage) => TContext | Promise<TContext>,
  ): Started<TContext> | undefined {
    const wanted = wantedOf(body);
    const contentType = this.#contentTypes.get(request.headers.accept ?? '');
    if (!wanted || contentType === undefined) return undefined;
    const { variables } = wanted;
    const run = this.executor.find(wanted);
    if (!run) return undefined;
    const context = (async () => contextOf(request))();
    return { context, outcome: context.then((context) => run(variables, context)), contentType, variables };
  }

  /** To be told of each answer that Apollo gave. */
  learn(request: IncomingMessage, { status = 200, headers, body }: HTTPGraphQLResponse): void {
    const contentType = headers.get('content-type');
    if (request.method !== 'POST' || status !== 200 || body.kind !== 'complete' || contentType === undefined) return;
    this.#contentTypes.set(request.headers.accept ?? '', contentType);
  }
}

/** Undefined for what only Apollo has an answer to: what is no request, and what asks for an extension of the protocol. */
function wantedOf(body: unknown): Wanted | undefined {
  if (!isRecord(body)) return undefined;
  const { query, operationName = null, variables = null, extensions = null } = body;
  if (typeof query !== 'string' || extensions !== null) return undefined;
  if (operationName !== null && typeof operationName !== 'string') return undefined;
  if (variables !== null && !isRecord(variables)) return undefined;
  return { query, operationName: operationName ?? undefined, variables: variables ?? {} };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
