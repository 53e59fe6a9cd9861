/** What a call will cost: exact by the price in force, from text, messages or numbers, likely and at most. */
import { print } from 'graphql';
import { Client } from 'pg';
import { readConfig } from '../../src/config.js';
import { startServer } from '../../src/server.js';
import { BOOTSTRAP_KEY, TEST_KEYS } from '../support/database.js';
import {
  CreateApiKeyDocument,
  EstimateCostDocument,
  type EstimateCostQuery,
  type EstimateCostQueryVariables,
  RecordUsageDocument,
  SetPricingDocument,
} from '../support/generated/operations.js';
import { testLog } from '../support/heard.js';
import { newTenant } from '../support/spending.js';
import { post, startWorld, type World } from '../support/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

type Input = EstimateCostQueryVariables['input'];

async function estimate(input: Input, key?: string): Promise<EstimateCostQuery['estimateCost']> {
  return (await world.ask(EstimateCostDocument, { input }, key)).estimateCost;
}

async function errorOf(input: Input, key?: string) {
  const { errors } = await world.send(EstimateCostDocument, { input }, key);
  return errors?.[0]?.extensions;
}

describe('token counts', () => {
  test.each<[string, Input, string]>([
    ['gpt-4o', { model: 'gpt-4o', promptTokens: 1_000, completionTokens: 100 }, '0.0035'],
    [
      'a context tier is not reached at its start',
      { model: 'claude-sonnet-4-5', promptTokens: 200_000, completionTokens: 0 },
      '0.6',
    ],
    ['it is reached above', { model: 'claude-sonnet-4-5', promptTokens: 200_001, completionTokens: 0 }, '1.200006'],
    [
      'before a window of the day',
      {
        model: 'deepseek-chat',
        provider: 'deepseek',
        promptTokens: 100_000_000,
        completionTokens: 0,
        at: '2025-06-01T16:00:00Z',
      },
      '27',
    ],
    [
      'in a window of the day',
      {
        model: 'deepseek-chat',
        provider: 'deepseek',
        promptTokens: 100_000_000,
        completionTokens: 0,
        at: '2025-06-01T17:00:00Z',
      },
      '13.5',
    ],
    [
      'cached tokens at their own rate',
      { model: 'gpt-4o', promptTokens: 1_000, cacheReadTokens: 1_000, completionTokens: 0 },
      '0.00125',
    ],
    ['nothing', { model: 'gpt-4o', promptTokens: 0, completionTokens: 0 }, '0'],
  ])('%s', async (_, input, cost) => {
    const answer = await estimate(input);
    expect(answer).toMatchObject({ likelyCost: cost, likelyBasis: 'KNOWN', tokenizer: 'none', isExact: true });
    expect(answer.promptTokens).toBe(Number(input.promptTokens));
  });

  test('the lines say what was charged at which rate', async () => {
    const { lines, pricing, model } = await estimate({
      model: 'claude-sonnet-4-5-20250929',
      promptTokens: 250_000,
      expectedCompletionTokens: 10,
    });
    expect(model).toEqual({ provider: 'anthropic', name: 'claude-sonnet-4-5', resolvedBy: 'PROVIDER_MATCH' });
    expect(pricing.promptTokenPrice).toBe('0.000003');
    expect(lines).toMatchObject([
      { unit: 'INPUT_TOKENS', quantity: 250_000, ratePrice: '6', per: 1_000_000, tierStart: 200_000, amount: '1.5' },
      {
        unit: 'OUTPUT_TOKENS',
        quantity: 10,
        ratePrice: '22.5',
        per: 1_000_000,
        tierStart: 200_000,
        amount: '0.000225',
      },
    ]);
  });

  test('the upper bound takes maxCompletionTokens at the tier that the prompt reaches', async () => {
    const input = { model: 'claude-sonnet-4-5', promptTokens: 200_001, maxCompletionTokens: 1_000 };
    expect(await estimate(input)).toMatchObject({
      promptCost: '1.200006',
      likelyCost: null,
      likelyBasis: null,
      upperBoundCost: '1.222506',
      upperBoundLines: [{ unit: 'INPUT_TOKENS' }, { unit: 'OUTPUT_TOKENS', quantity: 1_000, amount: '0.0225' }],
    });
    const likely = await estimate({ ...input, maxCompletionTokens: null, expectedCompletionTokens: 1_000 });
    expect(likely).toMatchObject({
      likelyCost: '1.222506',
      likelyBasis: 'EXPECTED',
      upperBoundCost: null,
      upperBoundLines: [],
    });
  });

  test('a unit without a rate is shown and counted for nothing', async () => {
    const { lines, hasUnratedUnits } = await estimate({
      model: 'gpt-4',
      provider: 'openai',
      promptTokens: 1,
      quantities: [{ unit: 'AUDIO_SECONDS', quantity: '1.5' }],
    });
    expect(hasUnratedUnits).toBe(true);
    expect(lines).toContainEqual(
      expect.objectContaining({ unit: 'AUDIO_SECONDS', quantity: '1.5', ratePrice: null, per: null, amount: '0' }),
    );
  });
});

/** The example of OpenAI's cookbook on counting tokens, with the counts that it gives. */
const COOKBOOK = [
  [
    'system',
    'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
    null,
  ],
  ['system', 'New synergies will help drive top-line growth.', 'example_user'],
  ['system', 'Things working well together will increase revenue.', 'example_assistant'],
  [
    'system',
    "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
    'example_user',
  ],
  ['system', "Let's talk later when we're less busy about how to do better.", 'example_assistant'],
  ['user', "This late pivot means we don't have time to boil the ocean for the client deliverable.", null],
].map(([role, content, name]) => ({ role: role!, content: content!, name: name ?? null }));

describe('text', () => {
  test.each([
    ['gpt-4o', 'o200k_base', 124],
    ['gpt-4', 'cl100k_base', 129],
    ['gpt-3.5-turbo', 'cl100k_base', 129],
  ])('messages to %s are counted with their framing', async (model, tokenizer, promptTokens) => {
    const answer = await estimate({ model, provider: 'openai', messages: COOKBOOK });
    expect(answer).toMatchObject({ tokenizer, promptTokens, isExact: true });
  });

  test.each<[string, string, string, number, boolean]>([
    ['a greeting', 'gpt-4o', 'hello world', 2, true],
    ['an open model of OpenAI elsewhere', 'groq:openai/gpt-oss-120b', 'hello world', 2, true],
    ['what looks like a special token', 'gpt-4o', '<|endoftext|>', 7, true],
    ['half of a surrogate pair', 'gpt-4o', 'a\ud800b', 3, true],
    ['a run without a break', 'gpt-4o', 'a'.repeat(20_000), 2_500, false],
    ['Latin script to another provider', 'claude-sonnet-4-5', 'abcde', 2, false],
    ['another script', 'claude-sonnet-4-5', '漢字', 3, false],
    ['nothing', 'claude-sonnet-4-5', '', 0, false],
  ])('%s', async (_, model, prompt, promptTokens, isExact) => {
    expect(await estimate({ model, prompt })).toMatchObject({ promptTokens, isExact });
  });

  // Seen to fail: with slices cut three characters after the start of the search.
  test('long prose is counted in slices and is as exact as a short one', async () => {
    const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
    const prompt = 'The quick brown fox, aged 7, jumps over the lazy dog.\n\n  Then it sleeps! '.repeat(2_000);
    expect(await estimate({ model: 'gpt-4o', prompt })).toMatchObject({
      promptTokens: countTokens(prompt),
      isExact: true,
    });
  });

  // Fault H30. Seen to fail: with checkSize removed.
  test('more than 1 MiB is refused', async () => {
    const prompt = 'ä'.repeat(512 * 1024);
    expect(await estimate({ model: 'claude-sonnet-4-5', prompt })).toMatchObject({ promptTokens: 131_072 });
    expect(await errorOf({ model: 'claude-sonnet-4-5', prompt: `${prompt}x` })).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: ['input', 'prompt'],
    });
    const messages = [1, 2].map(() => ({ role: 'user', content: prompt }));
    expect(await errorOf({ model: 'gpt-4o', messages })).toMatchObject({ field: ['input', 'messages'] });
    const large = {
      query: print(EstimateCostDocument),
      variables: { input: { model: 'x', prompt: 'x'.repeat(10_000_000) } },
    };
    const response = await fetch(`${world.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${BOOTSTRAP_KEY}` },
      body: JSON.stringify(large),
    });
    expect(response.status).toBe(413);
  });

  // Fault H30. Seen to fail: with a line of the log that has the text, and with a table that keeps the input.
  test('is neither stored nor logged', async () => {
    const logged: string[] = [];
    const log = testLog('trace', logged);
    const config = readConfig({
      DATABASE_URL: world.database.url,
      PORT: '0',
      TEST_CLOCK: 'true',
      ENCRYPTION_KEYS: TEST_KEYS,
    });
    const server = await startServer(config, log);
    const database = new Client({ connectionString: world.database.url });
    await database.connect();
    try {
      const secret = 'the-secret-of-the-prompt';
      const ask = (input: object) =>
        post(server.url, { query: print(EstimateCostDocument), variables: { input } }, BOOTSTRAP_KEY);
      await ask({ model: 'gpt-4o', prompt: secret });
      await ask({ model: 'gpt-4o', messages: [{ role: 'user', content: secret }] });
      await ask({ model: 'nobody-made-this', prompt: secret });
      await ask({ model: 'gpt-4o', prompt: { [secret]: secret } });
      expect(logged.filter((line) => line.includes(secret))).toEqual([]);
      const tables = await database.query<{ name: string }>(
        `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'`,
      );
      for (const { name } of tables.rows) {
        const { rows } = await database.query(`SELECT 1 FROM ${name} t WHERE t::text LIKE '%${secret}%'`);
        expect(rows).toEqual([]);
      }
    } finally {
      await database.end();
      await server.close();
    }
  });
});

describe('what is likely', () => {
  let key: string;
  beforeAll(async () => {
    key = await newTenant(world);
    const record = (userId: string, model: string, completionTokens: number, at: number) =>
      world.ask(
        RecordUsageDocument,
        {
          input: {
            idempotencyKey: `${userId}-${model}-${at}`,
            userId,
            model,
            provider: 'openai',
            promptTokens: 10,
            completionTokens,
            occurredAt: new Date(Date.UTC(2026, 0, 1, 0, 0, at)).toISOString(),
          },
        },
        key,
      );
    // The 100 last ones of gpt-4o: 50 of 100 and 50 of 201. Older ones and other models do not count.
    for (let at = 0; at < 110; at += 1)
      await record('ada', 'gpt-4o', at < 10 ? 1_000_000 : at % 2 === 0 ? 100 : 201, at);
    await record('ada', 'gpt-4', 7, 500);
    await record('bob', 'gpt-4o', 3, 0);
  });

  // Seen to fail: with a limit of 1,000; the next ones without the condition on the model.
  test.each([
    ['the mean of the last 100 records', { userId: 'ada' }, 150],
    ['a dated snapshot is the same model', { userId: 'ada', model: 'gpt-4o-2024-08-06' }, 150],
    ['not above maxCompletionTokens', { userId: 'ada', maxCompletionTokens: 20 }, 20],
    ['of the user that is named', { userId: 'bob' }, 3],
  ])('%s', async (_, input, likelyCompletionTokens) => {
    const answer = await estimate({ model: 'gpt-4o', promptTokens: 10, ...input }, key);
    expect(answer).toMatchObject({ likelyBasis: 'ACCOUNT_MEAN', likelyCompletionTokens });
  });

  test.each<[string, Partial<Input>]>([
    ['a user without records', { userId: 'eve' }],
    ['a model without records', { userId: 'bob', model: 'gpt-4' }],
    ['the organization, which spent nothing itself', {}],
  ])('nothing is known of %s', async (_, input) => {
    const answer = await estimate({ model: 'gpt-4o', promptTokens: 10, ...input }, key);
    expect(answer).toMatchObject({ likelyCost: null, likelyBasis: null, likelyCompletionTokens: null });
  });

  // Seen to fail: with the account looked up without regard to the key's own.
  test('a MEMBER learns nothing of another user, and no other organization does', async () => {
    const input = { name: 'bob', roles: ['MEMBER' as const], userId: 'bob' };
    const { createApiKey } = await world.ask(CreateApiKeyDocument, { input }, key);
    const ask = (userId: string, from: string) => estimate({ model: 'gpt-4o', promptTokens: 10, userId }, from);
    expect(await ask('bob', createApiKey.value)).toMatchObject({ likelyCompletionTokens: 3 });
    expect(await ask('ada', createApiKey.value)).toMatchObject({ likelyCompletionTokens: null });
    expect(await ask('ada', BOOTSTRAP_KEY)).toMatchObject({ likelyCompletionTokens: null });
  });
});

describe('mistakes', () => {
  const prompt = { model: 'gpt-4o', promptTokens: 100 };
  test.each<[string, Input, (string | number)[]]>([
    ['nothing to estimate', { model: 'gpt-4o' }, ['input']],
    ['two prompts', { ...prompt, prompt: 'x' }, ['input']],
    ['no messages', { model: 'gpt-4o', messages: [] }, ['input', 'messages']],
    ['more cached than there are', { ...prompt, cacheReadTokens: 200 }, ['input']],
    [
      'known and expected',
      { ...prompt, completionTokens: 1, expectedCompletionTokens: 1 },
      ['input', 'expectedCompletionTokens'],
    ],
    [
      'less at most than expected',
      { ...prompt, expectedCompletionTokens: 2, maxCompletionTokens: 1 },
      ['input', 'maxCompletionTokens'],
    ],
    [
      'a unit twice',
      { ...prompt, quantities: [{ unit: 'INPUT_TOKENS', quantity: 1 }] },
      ['input', 'quantities', 0, 'quantity'],
    ],
    [
      'completion as a quantity',
      { ...prompt, quantities: [{ unit: 'OUTPUT_TOKENS', quantity: 1 }] },
      ['input', 'quantities', 0, 'unit'],
    ],
    ['half a token', { ...prompt, cacheReadTokens: '0.5' }, ['input', 'cacheReadTokens']],
    ['user and team', { ...prompt, userId: 'a', teamId: 'b' }, ['input', 'teamId']],
    ['no model', { ...prompt, model: '' }, ['input', 'model']],
  ])('%s is BAD_USER_INPUT at its field', async (_, input, field) => {
    expect(await errorOf(input)).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  test.each<[string, Input, string]>([
    ['an unknown model', { ...prompt, model: 'nobody-made-this' }, 'UNKNOWN_MODEL'],
    ['a model of several providers', { ...prompt, model: 'curie' }, 'AMBIGUOUS_MODEL'],
  ])('%s is MODEL_NOT_PRICED', async (_, input, reason) => {
    expect(await errorOf(input)).toMatchObject({
      code: 'MODEL_NOT_PRICED',
      retryable: false,
      model: input.model,
      reason,
    });
  });

  test('a model without a price at that instant is MODEL_NOT_PRICED', async () => {
    const key = await newTenant(world);
    const own = { provider: 'acme', model: 'acme-1', promptTokenPrice: '1', effectiveFrom: '2026-06-01T00:00:00Z' };
    await world.ask(SetPricingDocument, { input: own }, key);
    const input = { model: 'acme-1', promptTokens: 1, at: '2026-05-31T23:59:59.999Z' };
    expect(await errorOf(input, key)).toMatchObject({ code: 'MODEL_NOT_PRICED', reason: 'NO_PRICE' });
  });
});

// Fault A19. Seen to fail: with the upper bound worked out by a price that was looked up again.
test('each of 1,000 answers uses one whole price version while prices change', async () => {
  const key = await newTenant(world);
  const setPrice = (picoUsd: number) => {
    const price = (picoUsd / 1e12).toFixed(12);
    const input = { provider: 'acme', model: 'acme-1', promptTokenPrice: price, completionTokenPrice: price };
    return world.ask(SetPricingDocument, { input }, key);
  };
  await setPrice(1);
  const input = { model: 'acme-1', promptTokens: 1_000, completionTokens: 0, maxCompletionTokens: 1_000 };
  const body = { query: print(EstimateCostDocument), variables: { input } };
  const answers: EstimateCostQuery['estimateCost'][] = [];
  let changes = 0;
  const isDone = () => answers.length >= 1_000 && changes >= 10;
  const ask = async () => {
    while (!isDone()) {
      const { data } = await post<EstimateCostQuery>(world.server.url, body, key);
      answers.push(data!.estimateCost);
    }
  };
  const change = async () => {
    for (; !isDone(); changes += 1) await setPrice(changes + 2);
  };
  await Promise.all([...Array.from({ length: 20 }, ask), change()]);
  const pico = (usd: string | null) => Math.round(Number(usd) * 1e12);
  for (const { pricing, likelyCost, upperBoundCost } of answers) {
    expect([pico(likelyCost), pico(upperBoundCost)]).toEqual(
      [1_000, 2_000].map((tokens) => tokens * pico(pricing.promptTokenPrice)),
    );
  }
  expect(new Set(answers.map(({ pricing }) => pricing.id)).size).toBeGreaterThan(5);
});
