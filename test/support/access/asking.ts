/** Somebody who asks, and what came back, byte for byte but for the id of the request. */
export interface Said {
  readonly status: number;
  /** As it came, without the id of the request. */
  readonly body: string;
}

export type Variables = Readonly<Record<string, unknown>>;

export interface Query {
  readonly query: string;
  readonly variables: Variables;
}

/** @param word a key or a token */
export async function ask(url: string, word: string, query: Query): Promise<Said> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${word}` },
    body: JSON.stringify(query),
  });
  return { status: response.status, body: apartFromRequest(await response.text()) };
}

/** What is of one request alone. */
export function apartFromRequest(text: string): string {
  return text.replaceAll(/"requestId":"[^"]+"/g, '"requestId":""');
}

/** What stands at a way of words and numbers in what was parsed from JSON. */
export function at(value: unknown, way: readonly (string | number)[]): unknown {
  return way.reduce<unknown>(
    (inner, word) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, word) : undefined),
    value,
  );
}

/** The same with another value at this way; what is missing on it is made. */
export function withAt(value: unknown, [word, ...rest]: readonly (string | number)[], put: unknown): unknown {
  if (word === undefined) return put;
  if (typeof word === 'number') {
    const list: unknown[] = Array.isArray(value) ? value : [];
    return [...list.slice(0, word), withAt(list[word], rest, put), ...list.slice(word + 1)];
  }
  const inner = typeof value === 'object' && value !== null ? value : {};
  return { ...inner, [word]: withAt(at(inner, [word]), rest, put) };
}

export function codesOf({ body }: Said): unknown[] {
  const errors = at(JSON.parse(body), ['errors']);
  return Array.isArray(errors) ? errors.map((error) => at(error, ['extensions', 'code'])) : [];
}

export function dataOf({ body }: Said, way: string): unknown {
  return at(JSON.parse(body), ['data', ...way.split('.')]);
}
