/** Response bodies in each provider's documented shape. Texts are shortened: only usage, model and service tier are read. */

export interface Body {
  readonly what: string;
  readonly provider: string;
  readonly apiFlavor?: string;
  readonly model?: string;
  readonly response: object;
}

export const BODIES: readonly Body[] = [
  {
    what: 'OpenAI chat, half of the prompt from the cache',
    provider: 'openai',
    response: {
      id: 'chatcmpl-demo1',
      object: 'chat.completion',
      created: 1767225600,
      model: 'gpt-4o-2024-08-06',
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Three options stand out.' } },
      ],
      usage: {
        prompt_tokens: 4200,
        completion_tokens: 610,
        total_tokens: 4810,
        prompt_tokens_details: { cached_tokens: 2048, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
      },
    },
  },
  {
    what: 'OpenAI responses, with reasoning',
    provider: 'openai',
    apiFlavor: 'responses',
    response: {
      id: 'resp_demo2',
      object: 'response',
      status: 'completed',
      model: 'gpt-5-2025-08-07',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] }],
      usage: {
        input_tokens: 1850,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 2400,
        output_tokens_details: { reasoning_tokens: 1920 },
        total_tokens: 4250,
      },
    },
  },
  {
    what: 'Anthropic messages, writing and reading a cache',
    provider: 'anthropic',
    response: {
      id: 'msg_demo3',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5-20250929',
      content: [{ type: 'text', text: 'Here is the summary.' }],
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 320,
        cache_creation_input_tokens: 1800,
        cache_read_input_tokens: 9600,
        output_tokens: 740,
        service_tier: 'standard',
      },
    },
  },
  {
    what: 'Google Gemini, with thoughts',
    provider: 'google',
    response: {
      candidates: [{ content: { role: 'model', parts: [{ text: 'The chart shows growth.' }] }, finishReason: 'STOP' }],
      modelVersion: 'gemini-2.5-pro',
      usageMetadata: {
        promptTokenCount: 2600,
        candidatesTokenCount: 480,
        thoughtsTokenCount: 350,
        totalTokenCount: 3430,
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 2600 }],
      },
    },
  },
  {
    what: 'Amazon Bedrock converse',
    provider: 'aws',
    model: 'amazon.nova-pro-v1:0',
    response: {
      output: { message: { role: 'assistant', content: [{ text: 'Yes.' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 5200, outputTokens: 900, totalTokens: 6100 },
      metrics: { latencyMs: 1275 },
    },
  },
  {
    what: 'Mistral chat',
    provider: 'mistral',
    response: {
      id: 'demo6',
      object: 'chat.completion',
      model: 'mistral-large-latest',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Voilà.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3000, completion_tokens: 700, total_tokens: 3700 },
    },
  },
  {
    what: 'Groq chat',
    provider: 'groq',
    response: {
      id: 'chatcmpl-demo7',
      object: 'chat.completion',
      model: 'llama-3.3-70b-versatile',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Fast.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 2200, completion_tokens: 1300, total_tokens: 3500, queue_time: 0.01, total_time: 1.2 },
    },
  },
  {
    what: 'OpenAI embeddings',
    provider: 'openai',
    apiFlavor: 'embeddings',
    response: {
      object: 'list',
      model: 'text-embedding-3-small',
      data: [{ object: 'embedding', index: 0, embedding: [0.01, -0.02] }],
      usage: { prompt_tokens: 80000, total_tokens: 80000 },
    },
  },
  {
    what: 'A model that nobody has a price for',
    provider: 'openai',
    model: 'our-own-finetune',
    response: {
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'Hm.' } }],
      usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
    },
  },
];
