/** The same request over HTTP and over a websocket. */
import { BOOTSTRAP_KEY } from './database.js';
import { connectRaw } from './raw-socket.js';
import { withoutIds, type Answer } from './world.js';

export interface Request {
  readonly query: string;
  readonly variables?: object;
  readonly operationName?: string;
}

export interface HttpAnswer extends Answer<Record<string, unknown>> {
  readonly status: number;
}

/** @param request what is no text is written as JSON */
export async function overHttp(url: string, request: Request | string, key = BOOTSTRAP_KEY): Promise<HttpAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: typeof request === 'string' ? request : JSON.stringify(request),
  });
  const answer = (await response.json()) as Answer<Record<string, unknown>>;
  return { status: response.status, ...withoutIds(answer, response.headers.get('x-request-id')) };
}

/** The first answer of an operation. */
export async function overSocket(
  url: string,
  request: Request,
  key = BOOTSTRAP_KEY,
): Promise<Answer<Record<string, unknown>>> {
  const client = await connectRaw(url);
  try {
    client.send({ type: 'connection_init', payload: { Authorization: `Bearer ${key}` } });
    await client.next();
    client.send({ type: 'subscribe', id: '1', payload: request });
    const { type, payload } = (await client.next()) as { type: string; payload: unknown };
    return withoutIds(
      type === 'error' ? { errors: payload as Answer<never>['errors'] } : (payload as Answer<never>),
      null,
    );
  } finally {
    client.socket.terminate();
  }
}
