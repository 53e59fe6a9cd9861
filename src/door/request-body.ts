import { GraphQLError } from 'graphql';
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MIMEType } from 'node:util';

/** Bytes that the body of one request may have. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

// A body that was refused is still taken off the wire for this long, unread: closing at once would reset the
// connection before the client has seen the answer.
const LINGER_MS = 5_000;

/** What nearly all clients send, parsed once. */
const PLAIN_JSON = new MIMEType('application/json');

/** A request that is refused before GraphQL sees it. */
export class Refusal extends GraphQLError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message, { extensions: { code: 'BAD_REQUEST' } });
  }
}

/** The parsed body, or undefined where there is none or where its media type is not JSON (Apollo says what it wants). */
export async function readJson(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const header = request.headers['content-type'];
  const mediaType = header === 'application/json' ? PLAIN_JSON : mediaTypeOf(header);
  if (mediaType?.essence !== 'application/json') return undefined;
  const charset = mediaType.params.get('charset') ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw new Refusal(415, 'The request body must be encoded in UTF-8.');
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new Refusal(415, 'The request body must not be compressed.');
  const bytes = await readBody(request, response);
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new Refusal(400, 'The request body is not valid UTF-8.');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own message quotes the body, which may hold what must not be repeated.
    throw new Refusal(400, 'Invalid JSON: the request body could not be parsed.');
  }
}

/** The bytes as they came. Rejects with a Refusal before more than `most` of them were kept. */
export function readBody(request: IncomingMessage, response: ServerResponse, most = MAX_BODY_BYTES): Promise<Buffer> {
  const tooLarge = (): Refusal => new Refusal(413, `The request body must have at most ${most} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > most) return Promise.reject(tooLarge());
  if (request.headers.expect !== undefined) response.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= most) {
        chunks.push(chunk);
        return;
      }
      request.off('data', onData);
      reject(tooLarge());
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
    // Every request closes: an error with its stack is made only for those that were not complete.
    request.once('close', () => {
      if (!request.complete) reject(new Error('The client left before its request was complete.'));
    });
  });
}

/** To be called when the answer is out: takes the rest of an unread body off the wire, for a while. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.once('close', () => clearTimeout(timer));
}

function mediaTypeOf(header: string | undefined): MIMEType | undefined {
  if (header === undefined) return undefined;
  try {
    return new MIMEType(header);
  } catch {
    return undefined;
  }
}
