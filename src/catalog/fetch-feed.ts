/** Fetches the price feed from a URL. What can go wrong is said in a sentence, for the operator. */
import { z } from 'zod';

export interface FetchOptions {
  readonly url: string;
  /** What the server called the state that is imported already; null where there is none. */
  readonly etag: string | null;
  readonly timeoutMs: number;
  /** Ends the fetch when the server stops. */
  readonly stop: AbortSignal;
}

export type FetchedFeed =
  | { readonly kind: 'NOT_MODIFIED' }
  | { readonly kind: 'FETCHED'; readonly data: unknown; readonly etag: string | null };

/** Why nothing was fetched. The last good prices stay. */
export class FetchProblem extends Error {
  override readonly name = 'FetchProblem';
}

/** The catalogue has 1 MB; a file this large is something else. */
const MAX_BYTES = 32 * 1024 * 1024;

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** @throws FetchProblem */
export async function fetchFeed(options: FetchOptions): Promise<FetchedFeed> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await follow(options, AbortSignal.any([timeout, options.stop]));
    if (response.status === 304 && options.etag !== null) return { kind: 'NOT_MODIFIED' };
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new FetchProblem(`The server answered with status ${response.status}.`);
    }
    return { kind: 'FETCHED', data: parse(await readBody(response)), etag: etagOf(response) };
  } catch (error) {
    if (error instanceof FetchProblem) throw error;
    if (timeout.aborted) throw new FetchProblem(`The server did not answer within ${options.timeoutMs / 1000} s.`);
    if (options.stop.aborted) throw new FetchProblem('Tollgate was stopped while it fetched the prices.');
    throw new FetchProblem(`The server could not be read (${reasonOf(error)}).`);
  }
}

/** Follows redirects by itself, because one from https to http would let anybody on the way write the prices. */
async function follow({ url, etag }: FetchOptions, signal: AbortSignal): Promise<Response> {
  let at = new URL(url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const headers = { accept: 'application/json', ...(etag !== null && { 'if-none-match': etag }) };
    const response = await fetch(at, { redirect: 'manual', signal, headers });
    if (!REDIRECTS.has(response.status)) return response;
    await response.body?.cancel();
    const next = URL.parse(response.headers.get('location') ?? '', at.href);
    const isAllowed = next?.protocol === 'https:' || (next?.protocol === 'http:' && at.protocol === 'http:');
    if (!next || !isAllowed) throw new FetchProblem('The server sent us on to something that is not http or https.');
    at = next;
  }
  throw new FetchProblem(`The server sent us on more than ${MAX_REDIRECTS} times.`);
}

/** Counts what comes, also where it comes compressed or without a length. */
async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new FetchProblem('The answer has more than 32 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FetchProblem('The answer is not JSON.');
  }
}

function etagOf(response: Response): string | null {
  const etag = response.headers.get('etag');
  return etag !== null && etag.length <= 500 ? etag : null;
}

const withCause = z.object({ cause: z.object({ code: z.string() }) });

/** fetch says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  const known = withCause.safeParse(error);
  if (known.success) return known.data.cause.code;
  return error instanceof Error ? error.message : String(error);
}
