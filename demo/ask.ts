/** How a demonstration talks to a server: by its public door. */

export type Ask = <T>(query: string, variables?: object) => Promise<T>;

export function stop(message: string): never {
  console.error(message);
  process.exit(1);
}

export function askOf(url: string, key: string): Ask {
  return async <T>(query: string, variables: object = {}): Promise<T> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    }).catch(() => stop(`No server answers on ${url}: start it with npm start.`));
    const answer = (await response.json()) as { data?: T; errors?: { message: string }[] };
    if (!answer.data) stop(`The server refused: ${answer.errors?.map((error) => error.message).join(' ')}`);
    return answer.data;
  };
}
