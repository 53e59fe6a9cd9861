/** A page that anybody may ask for who knows its address: counted by where it is asked from, before anything is looked up. */
import { GraphQLError } from 'graphql';
import type { IncomingMessage } from 'node:http';
import { requestId } from '../request-id.js';
import type { Route } from './http.js';
import { httpOf } from './refused.js';
import { sendJson } from './send-json.js';

export interface Page {
  /** What its paths begin with. */
  readonly path: string;
  readonly route: Route;
}

/** @param admit rejects, or throws, with what is answered instead */
export function countedPage(page: Page, admit: (request: IncomingMessage) => Promise<void> | undefined): Route {
  return async (request, response, path) => {
    if (!path.startsWith(page.path)) return false;
    try {
      await admit(request);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const { status, headers } = httpOf(error);
      for (const [name, value] of headers) response.setHeader(name, value);
      const extensions = { code: error.extensions['code'], requestId: requestId() };
      sendJson(response, status, { errors: [{ message: error.message, extensions }] });
      return true;
    }
    return page.route(request, response, path);
  };
}
