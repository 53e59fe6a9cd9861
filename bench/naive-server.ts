/**
 * What one would write first: Apollo's standalone server, and a resolver that reads, locks, adds and writes through
 * MikroORM in one transaction. It checks the key, prices exactly and writes the same rows; the price is read once, so
 * that it is not slow for a silly reason, nor for decrypting names that it does not need. It has no idempotency beyond the
 * primary key.
 */
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { LockMode, MikroORM, raw, type EntityManager } from '@mikro-orm/postgresql';
import { GraphQLError } from 'graphql';
import { v7 as newId } from 'uuid';
import { Budget } from '../src/budget/budget.js';
import { BudgetPeriod } from '../src/budget/budget-period.js';
import { Account, AccountKind } from '../src/identity/account.js';
import { ApiKey } from '../src/identity/api-key.js';
import { formatUsd } from '../src/money.js';
import { ENTITIES } from '../src/services.js';
import { UsageKind, UsageRecord } from '../src/usage/usage-record.js';
import { UsageRollup } from '../src/usage/usage-rollup.js';

const TYPES = `
  input RecordUsageInput {
    idempotencyKey: String!
    userId: ID!
    model: String!
    promptTokens: Int!
    completionTokens: Int!
  }
  type UsageRecord { id: ID! cost: String! }
  type RecordUsagePayload { usageRecord: UsageRecord! replayed: Boolean! }
  type Query { ready: Boolean! }
  type Mutation { recordUsage(input: RecordUsageInput!): RecordUsagePayload! }`;

interface Input {
  readonly idempotencyKey: string;
  readonly userId: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** pico-USD a token, of gpt-4o. */
const PROMPT_PRICE = 2_500_000n;
const COMPLETION_PRICE = 10_000_000n;

const orm = await MikroORM.init({
  clientUrl: process.env['DATABASE_URL'] ?? '',
  entities: ENTITIES,
  metadataProvider: ReflectMetadataProvider,
  forceUtcTimezone: true,
});
const root = await orm.em
  .fork()
  .findOneOrFail(Account, { kind: AccountKind.ORGANIZATION }, { fields: ['id', 'organizationId'] });
const sample = await orm.em.fork().findOneOrFail(UsageRecord, { organizationId: root.organizationId });

async function checkKey(header: string | undefined): Promise<string> {
  const hash = createHash('sha256')
    .update(header?.replace(/^Bearer /, '') ?? '')
    .digest();
  const key = await orm.em.fork().findOne(ApiKey, { hash, revokedAt: null }, { fields: ['organizationId'] });
  if (!key) throw new GraphQLError('Not allowed.');
  return key.organizationId;
}

async function record(em: EntityManager, organizationId: string, input: Input): Promise<UsageRecord> {
  const now = new Date();
  const account = await em.findOneOrFail(
    Account,
    { organizationId, kind: AccountKind.USER, externalId: input.userId },
    { fields: ['id', 'teamId'] },
  );
  const path = [account.id, account.teamId, root.id].filter((id) => id !== null);
  const cost = BigInt(input.promptTokens) * PROMPT_PRICE + BigInt(input.completionTokens) * COMPLETION_PRICE;
  const budgets = await em.find(Budget, { organizationId, accountId: { $in: path }, endedAt: null });
  const periods = await em.find(
    BudgetPeriod,
    { organizationId, budgetId: { $in: budgets.map(({ id }) => id) }, startsAt: { $lte: now }, endsAt: { $gt: now } },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { rank: 'asc', budgetId: 'asc' } },
  );
  for (const period of periods) period.spentPicoUsd += cost;
  const day = now.toISOString().slice(0, 10);
  const written = em.create(UsageRecord, {
    ...recordFields(organizationId, account, input, now, cost),
    keyDay: day,
  });
  await em.flush();
  await addToRollup(em, organizationId, day, input, cost);
  return written;
}

function recordFields(
  organizationId: string,
  account: Pick<Account, 'id' | 'teamId'>,
  input: Input,
  now: Date,
  cost: bigint,
) {
  return {
    organizationId,
    idempotencyKey: input.idempotencyKey,
    kind: UsageKind.CALL,
    contentHash: createHash('sha256').update(JSON.stringify(input)).digest(),
    batchId: newId(),
    accountId: account.id,
    userId: account.id,
    teamId: account.teamId,
    runId: null,
    reservationId: null,
    providerSent: null,
    modelSent: input.model,
    provider: 'openai',
    model: 'gpt-4o',
    quantities: { INPUT_TOKENS: String(input.promptTokens), OUTPUT_TOKENS: String(input.completionTokens) },
    providerUsage: null,
    tags: null,
    reason: null,
    pricingId: sample.pricingId,
    lines: sample.lines,
    hasUnratedUnits: false,
    unpricedReason: null,
    markup: '0',
    costPicoUsd: cost,
    chargePicoUsd: cost,
    occurredAt: now,
    budgetAt: now,
    recordedAt: now,
    pricedAt: now,
    billableAt: now,
  };
}

async function addToRollup(em: EntityManager, organizationId: string, day: string, input: Input, cost: bigint) {
  await em.nativeUpdate(
    UsageRollup,
    { organizationId, day, provider: 'openai', model: 'gpt-4o' },
    {
      recordCount: raw('record_count + 1'),
      inputTokens: raw('input_tokens + ?', [input.promptTokens]),
      outputTokens: raw('output_tokens + ?', [input.completionTokens]),
      costPicoUsd: raw('cost_pico_usd + ?', [cost.toString()]),
      chargePicoUsd: raw('charge_pico_usd + ?', [cost.toString()]),
    },
  );
}

const resolvers = {
  Query: { ready: () => true },
  Mutation: {
    recordUsage: async (_: unknown, { input }: { input: Input }, context: { organizationId: string }) => {
      const written = await orm.em.fork().transactional((em) => record(em, context.organizationId, input));
      const cost = formatUsd(written.costPicoUsd ?? 0n);
      return { usageRecord: { id: written.idempotencyKey, cost }, replayed: false };
    },
  },
};

const server = new ApolloServer<{ organizationId: string }>({ typeDefs: TYPES, resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({ organizationId: await checkKey(req.headers.authorization) }),
});
process.stdout.write(`listening on ${url} now\n`);
