import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import {
  type MatchableModel,
  type MatchableProvider,
  ModelIndex,
  ResolutionRule,
} from '../../src/catalog/match-model.js';
import { readPriceFeed } from '../../src/catalog/price-feed.js';

const feed = readPriceFeed(await waitForUpdate());
const catalogue = new ModelIndex(feed.providers, feed.models);

function found<M extends MatchableModel>(
  index: ModelIndex<MatchableProvider, M>,
  name: string,
  provider?: string,
): string {
  const answer = index.resolve(name, provider);
  if (answer.kind === 'UNRESOLVED') return answer.reason;
  const { model, throughProvider } = answer;
  return `${answer.rule} ${model.provider}/${model.name}${throughProvider === model.provider ? '' : ` through ${throughProvider}`}`;
}

describe('the catalogue', () => {
  // Seen to fail: without the look at exact names within the provider (57 models).
  test('every model is found by its provider and name, and where the library finds one it is the same', () => {
    const wrong = feed.models.flatMap((model) => {
      const ours = catalogue.resolve(model.name, model.provider);
      const library = calcPrice({ input_tokens: 0, output_tokens: 0 }, model.name, { providerId: model.provider });
      const own = ours.kind === 'RESOLVED' && ours.model === model && ours.rule === ResolutionRule.GIVEN_PROVIDER;
      return own && (library === null || library.model.id === model.name) ? [] : [`${model.provider}/${model.name}`];
    });
    expect(wrong).toEqual([]);
  });

  test.each<[string, string, string | undefined, string]>([
    ['the given provider', 'gpt-4o', 'openai', 'GIVEN_PROVIDER openai/gpt-4o'],
    ['in any case, with spaces around', ' GPT-4o ', 'OpenAI', 'GIVEN_PROVIDER openai/gpt-4o'],
    ['a dated snapshot', 'gpt-4o-2024-08-06', 'openai', 'GIVEN_PROVIDER openai/gpt-4o'],
    ['a packed date where the catalogue has dashes', 'gpt-4o-20240806', 'openai', 'GIVEN_PROVIDER openai/gpt-4o'],
    ['another name of the provider', 'gemini-2.5-flash', 'vertex_ai', 'GIVEN_PROVIDER google/gemini-2.5-flash'],
    ["a provider that offers another one's models", 'gpt-4o', 'azure', 'GIVEN_PROVIDER openai/gpt-4o through azure'],
    ['a model whose rule does not match its own name', 'kimi-k3', 'fireworks', 'GIVEN_PROVIDER fireworks/kimi-k3'],
    [
      'and the name that it does match',
      'accounts/fireworks/models/kimi-k3',
      'fireworks',
      'GIVEN_PROVIDER fireworks/kimi-k3',
    ],
    ['provider/name', 'openai/gpt-4o', undefined, 'PROVIDER_IN_NAME openai/gpt-4o'],
    ['provider:name', 'openai:gpt-4o', undefined, 'PROVIDER_IN_NAME openai/gpt-4o'],
    [
      'provider/name through a gateway',
      'openrouter/openai/gpt-4o',
      'litellm',
      'PROVIDER_IN_NAME openrouter/openai/gpt-4o',
    ],
    [
      'the given provider goes before a provider in the name',
      'openai/gpt-4o',
      'openrouter',
      'GIVEN_PROVIDER openrouter/openai/gpt-4o',
    ],
    ["the library's provider match", 'claude-sonnet-4-5', undefined, 'PROVIDER_MATCH anthropic/claude-sonnet-4-5'],
    ['a provider that is not known', 'gpt-4o', 'my-gateway', 'PROVIDER_MATCH openai/gpt-4o'],
    ['an id that only one provider has', 'ada', undefined, 'AMBIGUOUS_MODEL'],
    ['nothing', 'my-own-model', undefined, 'UNKNOWN_MODEL'],
    ['nothing of this provider', 'my-own-model', 'openai', 'UNKNOWN_MODEL'],
    ['an empty name', '', undefined, 'UNKNOWN_MODEL'],
    ['a name from a prototype', '__proto__', 'constructor', 'UNKNOWN_MODEL'],
  ])('%s: %s', (_name, name, provider, expected) => {
    expect(found(catalogue, name, provider)).toBe(expected);
  });

  test('an id that only one provider has, and one that several have', () => {
    const byName = Map.groupBy(feed.models, (model) => model.name.toLowerCase());
    const plain = [...byName.values()].filter(([model]) => !/[/:]/.test(model?.name ?? '/'));
    const answers = plain.map((models) => [models, catalogue.resolve(models[0]!.name)] as const);
    const alone = answers.filter(
      ([, answer]) => answer.kind === 'RESOLVED' && answer.rule === ResolutionRule.ONLY_PROVIDER,
    );
    const several = answers.filter(([, answer]) => answer.kind === 'UNRESOLVED');
    expect(alone.length).toBeGreaterThan(100);
    expect(several.length).toBeGreaterThan(10);
    expect(alone.every(([models]) => models.length === 1)).toBe(true);
    for (const [models, answer] of several) {
      expect(answer).toEqual({
        kind: 'UNRESOLVED',
        reason: 'AMBIGUOUS_MODEL',
        candidates: models.map((model) => model.provider),
      });
    }
  });
});

// Seen to fail: an override of openai/gpt-4o counted as another model; the first of two same names guessed.
describe("an organization's own models", () => {
  const own = (provider: string, name: string): MatchableModel => ({ provider, name, match: null });
  const index = new ModelIndex<MatchableProvider, MatchableModel>(feed.providers, feed.models).withOwn([
    own('acme', 'llm-1'),
    own('acme', 'gpt-4o-custom'),
    own('acme', 'twice'),
    own('beta', 'twice'),
    own('openai', 'ft:gpt-4o:acme:special'),
    own('azure', 'gpt-4'),
    own('OpenAI', 'gpt-4o'),
  ]);

  test.each<[string, string, string | undefined, string]>([
    ['by provider and name', 'llm-1', 'acme', 'GIVEN_PROVIDER acme/llm-1'],
    ['by provider in the name', 'acme/llm-1', undefined, 'PROVIDER_IN_NAME acme/llm-1'],
    ['by name alone', 'LLM-1', undefined, 'OWN_MODEL acme/llm-1'],
    ["before the catalogue's rule for such names", 'gpt-4o-custom', undefined, 'OWN_MODEL acme/gpt-4o-custom'],
    [
      "before the catalogue's models of the same provider",
      'ft:gpt-4o:acme:special',
      'openai',
      'GIVEN_PROVIDER openai/ft:gpt-4o:acme:special',
    ],
    [
      'and of a provider called otherwise',
      'ft:gpt-4o:acme:special',
      'my-openai-proxy',
      'GIVEN_PROVIDER openai/ft:gpt-4o:acme:special',
    ],
    ['a name that two have', 'twice', undefined, 'AMBIGUOUS_MODEL'],
    ['a name that two have, with the provider', 'twice', 'beta', 'GIVEN_PROVIDER beta/twice'],
    ['a price of a catalogue model is no other model', 'gpt-4o', undefined, 'PROVIDER_MATCH openai/gpt-4o'],
    [
      "what is not own is the catalogue's",
      'claude-sonnet-4-5',
      undefined,
      'PROVIDER_MATCH anthropic/claude-sonnet-4-5',
    ],
    ['and the unknown stays unknown', 'llm-2', 'acme', 'UNKNOWN_MODEL'],
  ])('%s', (_name, name, provider, expected) => {
    expect(found(index, name, provider)).toBe(expected);
  });

  test("one organization's models are not another's", () => {
    expect(found(catalogue, 'llm-1', 'acme')).toBe('UNKNOWN_MODEL');
    expect(found(index.withOwn([]), 'llm-1', 'acme')).toBe('UNKNOWN_MODEL');
  });
});

// Seen to fail: a bound nine times as wide.
test('names that callers make up do not pile up in memory', () => {
  const index = new ModelIndex(feed.providers.slice(0, 1), feed.models.slice(0, 1));
  for (let made = 0; made < 50_000; made += 1) index.resolve(`made-up-${made}`);
  expect(index.rememberedNames).toBeLessThanOrEqual(20_000);
});

// Seen to fail: the last match taken, of models and of providers.
test('of several that match, the first in the catalogue wins', () => {
  const provider = (id: string) => ({
    provider: id,
    providerMatch: { contains: 'any' },
    modelMatch: { starts_with: 'llm' },
    fallbackProviders: [],
  });
  const model = (of: string, name: string) => ({ provider: of, name, match: { starts_with: 'llm' } });
  const index = new ModelIndex<MatchableProvider, MatchableModel>(
    [provider('first'), provider('second')],
    [model('second', 'llm-b'), model('first', 'llm-c'), model('first', 'llm-a')],
  );
  expect(found(index, 'llm-a-2026', 'second')).toBe('GIVEN_PROVIDER second/llm-b');
  expect(found(index, 'llm-a-2026', 'anything')).toBe('GIVEN_PROVIDER first/llm-c');
  expect(found(index, 'llm-a-2026')).toBe('PROVIDER_MATCH first/llm-c');
});

test('a provider by id before one whose rule matches', () => {
  expect(catalogue.findProvider('openai')?.provider).toBe('openai');
  expect(catalogue.findProvider('huggingface_groq')?.provider).toBe('huggingface_groq');
  expect(catalogue.findProvider('Amazon Bedrock')?.provider).toBe('aws');
  expect(catalogue.findProvider('nobody')).toBeUndefined();
});
