/** A caller on a bad line: it sends the same request, under the same keys, until a whole answer comes. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { post, type Answer } from './world.js';

export interface Reply<T> {
  readonly data: T;
  /** How often it was sent. */
  readonly tries: number;
}

/** Nobody is that unlucky: something answers nothing at all any more. */
const MOST_TRIES = 200;

export class RetryingClient {
  /** Tries of which no whole reply came. */
  lost = 0;
  /** Tries that were answered with SERVICE_UNAVAILABLE, as a whole or for an item. */
  refused = 0;

  constructor(
    /** Asked for each try: the next one may go to another server. */
    private readonly urlOf: () => string,
    private readonly key: string,
  ) {}

  /** @throws what is answered with any other code; INTERNAL too, although it may be tried again. */
  async ask<T extends object, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<Reply<T>> {
    const body = { query: print(document), variables };
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const answer = await post<T>(this.urlOf(), body, this.key).catch(lostReply);
      const codes = answer && codesOf(answer);
      if (answer?.data && codes?.length === 0) return { data: answer.data, tries };
      if (codes?.some((code) => code !== 'SERVICE_UNAVAILABLE')) throw new Error(`Answered ${JSON.stringify(answer)}.`);
      if (codes) this.refused += 1;
      else this.lost += 1;
    }
    throw new Error(`Not answered in ${MOST_TRIES} tries.`);
  }
}

/** A reply that was taken for whole and is not would be a SyntaxError. */
function lostReply(error: Error): undefined {
  if (error.name !== 'TypeError') throw error;
}

interface Batch {
  readonly items?: readonly { readonly error?: { readonly code: string } | null }[];
}

/** Of the whole answer, and of the items of a batch. */
function codesOf<T extends object>({ data, errors }: Answer<T>): unknown[] {
  const items = Object.values<Batch | null>({ ...data }).flatMap((payload) => payload?.items ?? []);
  return [
    ...(errors ?? []).map(({ extensions }) => extensions['code']),
    ...items.flatMap(({ error }) => (error ? [error.code] : [])),
  ];
}
