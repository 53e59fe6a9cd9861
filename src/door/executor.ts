/**
 * Runs queries and mutations through code compiled for their document (graphql-jit), which takes Apollo's executor of a
 * "gateway" as its way in. The answers are those of graphql-js: what the compiler cannot do, graphql-js does.
 */
import { HeaderMap, type ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  execute,
  getNamedType,
  GraphQLError,
  isAbstractType,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { OperationLimit, OperationLimits, RootFields } from './operation-limit.js';

type Gateway = ApolloServerOptionsWithGateway<object>['gateway'];

/** Compiling costs milliseconds, which a document that comes once or twice never earns back. */
const SIGHTS_BEFORE_COMPILING = 2;

const KEPT_OPERATIONS = 500;

/** Mistakes in variables that one answer reports; a list of a thousand wrong items would make as many. */
export const EXECUTION = { maxCoercionErrors: 5 };

interface Known {
  sights: number;
  /** Null where the compiler refused it. */
  compiled: CompiledQuery | null | undefined;
}

interface Request {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown> | undefined;
  readonly contextValue: unknown;
}

export interface ExecutorOptions<TContext extends object> {
  readonly schema: GraphQLSchema;
  readonly limits?: OperationLimits;
  /** Asked before an operation runs; an error of it is the answer. */
  readonly admit?: (context: TContext, fields: RootFields) => Promise<void> | undefined;
  /**
   * Ends what the operation's context holds open, before the answer leaves; an error of it is the answer. Here and not
   * in a plugin, because one plugin makes Apollo wait for promises at seven places of every request.
   */
  readonly endContext?: ((context: TContext) => Promise<void> | void) | undefined;
  /** A document is compiled when it comes once more than so often; default 2. */
  readonly sightsBeforeCompiling?: number;
}

/** What a request asks for: a document, the operation of it, and the values for it. */
export interface Wanted {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Record<string, unknown>;
}

type Run<TContext> = (variables: Wanted['variables'], context: TContext) => Promise<ExecutionResult>;

export class Executor<TContext extends object> {
  /** By the operation itself: Apollo keeps documents, so those that come again are the same objects. */
  readonly #known = new LRUCache<OperationDefinitionNode, Known>({ max: KEPT_OPERATIONS });
  /** By the document's text and the operation's name as sent, those that are compiled. */
  readonly #runs = new LRUCache<string, Map<string | undefined, Run<TContext>>>({ max: KEPT_OPERATIONS });
  /** By the variables, the one object of a request that Apollo hands through. */
  readonly #outcomes = new WeakMap<object, Promise<ExecutionResult>>();

  constructor(private readonly options: ExecutorOptions<TContext>) {}

  /** Apollo's way in. */
  get gateway(): Gateway {
    const { schema } = this.options;
    return {
      // Apollo asks for the schema before it loads the executor; it never changes here.
      onSchemaLoadOrUpdate: (callback) => {
        callback({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      load: async () => ({
        executor: async ({ document, request, context, operation }) => {
          const outcome = request.variables && this.#outcomes.get(request.variables);
          if (outcome) return outcome;
          // The name as sent: Apollo's own is null where no operation has it, and a document with one would run all the same.
          const { query, operationName, variables } = request;
          const wanted = { document, operationName, variables, contextValue: context };
          // Its type hides that there may be none. Apollo makes its own refusal of the error; nothing is kept of such a name.
          if (!(operation as unknown)) return interpret(schema, wanted);
          if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw subscriptionOverHttp();
          return this.#answer(context as TContext, wanted, query, operation);
        },
      }),
      stop: () => Promise.resolve(),
    };
  }

  /** How to run an operation that Apollo has parsed, validated and let through before; undefined where it is to see it. */
  find({ query, operationName }: Wanted): Run<TContext> | undefined {
    return this.#runs.get(query)?.get(operationName);
  }

  /** The request with these variables was run already: Apollo is to make its answer of the outcome, and not to run it again. */
  keep(variables: object, outcome: Promise<ExecutionResult>): void {
    this.#outcomes.set(variables, outcome);
  }

  #answer(
    context: TContext,
    wanted: Request,
    query: string | undefined,
    operation: OperationDefinitionNode,
  ): Promise<ExecutionResult> {
    const { schema, limits, sightsBeforeCompiling = SIGHTS_BEFORE_COMPILING } = this.options;
    const limit = limits?.of(wanted.document, operation);
    let entry = this.#known.get(operation);
    if (!entry) this.#known.set(operation, (entry = { sights: 0, compiled: undefined }));
    entry.sights += 1;
    if (entry.compiled === undefined && entry.sights > sightsBeforeCompiling) {
      entry.compiled = compiledOf(schema, wanted.document, wanted.operationName);
    }
    const { compiled } = entry;
    if (!compiled) return this.#admitted(context, limit, wanted, () => interpret(schema, wanted));
    if (query !== undefined) this.#learn(query, wanted, compiled, limit);
    return this.#admitted(context, limit, wanted, () => run(schema, compiled, wanted));
  }

  #learn(
    query: string,
    { document, operationName }: Request,
    compiled: CompiledQuery,
    limit: OperationLimit | undefined,
  ): void {
    const { schema } = this.options;
    let runs = this.#runs.get(query);
    if (!runs) this.#runs.set(query, (runs = new Map()));
    if (runs.has(operationName)) return;
    runs.set(operationName, (variables, contextValue) => {
      const wanted = { document, operationName, variables, contextValue };
      return this.#admitted(contextValue, limit, wanted, () => run(schema, compiled, wanted));
    });
  }

  async #admitted(
    context: TContext,
    limit: OperationLimit | undefined,
    { variables = {} }: Request,
    answer: () => Promise<ExecutionResult>,
  ): Promise<ExecutionResult> {
    const refused = limit?.refuse(variables);
    if (refused) throw refused;
    const waiting = limit && this.options.admit?.(context, limit.rootFields);
    if (waiting) await waiting;
    try {
      return await answer();
    } finally {
      const ending = this.options.endContext?.(context);
      if (ending) await ending;
    }
  }
}

/** Run like a query it would call its resolver once, with no event, and fail obscurely. */
function subscriptionOverHttp(): GraphQLError {
  return new GraphQLError('Subscriptions run over WebSocket: connect with the protocol graphql-transport-ws.', {
    extensions: { code: 'BAD_REQUEST', http: { status: 405, headers: new HeaderMap([['allow', 'GET, POST']]) } },
  });
}

function compiledOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): CompiledQuery | null {
  if (meetsAbstractType(schema, document)) return null;
  try {
    const compiled = compileQuery(schema, document, operationName, {
      disablingCapturingStackErrors: true,
    });
    return isCompiledQuery(compiled) ? compiled : null;
  } catch {
    return null;
  }
}

/** type-graphql finds the type of an interface's object asynchronously, which the compiler takes for no type. */
function meetsAbstractType(schema: GraphQLSchema, document: DocumentNode): boolean {
  const typeInfo = new TypeInfo(schema);
  let meets = false;
  const Field = () => {
    const type = getNamedType(typeInfo.getType());
    meets ||= isAbstractType(type);
  };
  visit(document, visitWithTypeInfo(typeInfo, { Field }));
  return meets;
}

async function run(schema: GraphQLSchema, compiled: CompiledQuery, request: Request): Promise<ExecutionResult> {
  const result = await compiled.query(undefined, request.contextValue, request.variables ?? {});
  if (!result.errors) return result;
  // Without data nothing was run: the variables are wrong, and only graphql-js says so in a form that Apollo knows.
  if (!('data' in result)) return interpret(schema, request);
  return { ...result, errors: result.errors.map(rebuilt) };
}

async function interpret(schema: GraphQLSchema, request: Request): Promise<ExecutionResult> {
  const { document, operationName, variables, contextValue } = request;
  return execute({ schema, document, operationName, variableValues: variables, contextValue, options: EXECUTION });
}

/** The compiler's errors pass for GraphQLError without being whole: Apollo would mask every one of them as internal. */
function rebuilt(error: GraphQLError): GraphQLError {
  const { message, path, originalError, locations } = error;
  const whole = new GraphQLError(message, { path, originalError });
  Object.defineProperty(whole, 'locations', { value: locations, enumerable: true });
  return whole;
}
