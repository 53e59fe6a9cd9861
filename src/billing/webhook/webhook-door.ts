/**
 * Takes the events of a processor: the bytes as they came are checked, kept, and answered once they are committed. All work
 * on them comes later, so that an answer takes no longer than one insert does.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Pool } from 'pg';
import type { Clock } from '../../clock.js';
import type { ErrorReporter } from '../../errors.js';
import type { Route } from '../../door/http.js';
import { discardRest, readBody, Refusal } from '../../door/request-body.js';
import { ForgedEvent, type CollectingProcessor } from '../payment/processor.js';
import { draftOf } from './event-draft.js';
import type { ForgedCount } from './forged-count.js';
import { keepEvents } from './keep-event.sql.js';

const MAX_EVENT_BYTES = 1024 * 1024;

interface DoorOptions {
  readonly processor: CollectingProcessor;
  readonly writer: Pool;
  readonly clock: Clock;
  readonly report: ErrorReporter;
  readonly forged: ForgedCount;
  /** Told when an event was kept. */
  readonly wake: () => void;
}

export function webhookDoor(options: DoorOptions): Route {
  const ownPath = `/webhooks/${options.processor.name}`;
  return async (request, response, path) => {
    if (path !== ownPath) return false;
    // Whatever is not read by the time of the answer is taken off the wire.
    response.once('finish', () => discardRest(request));
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      refuse(response, 405, 'Events are sent with POST.');
      return true;
    }
    try {
      await take(options, request, response);
    } catch (error) {
      fail(options.report, response, error);
    }
    return true;
  };
}

async function take(options: DoorOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { processor, forged, clock, writer } = options;
  const address = addressOf(request);
  const body = await readBody(request, response, MAX_EVENT_BYTES).catch((error: unknown) => {
    if (error instanceof Refusal) refuse(response, error.status, error.message);
    else response.destroy();
  });
  if (!body) return;
  const signature = request.headers[`${processor.name}-signature`];
  let draft;
  try {
    draft = draftOf(processor, processor.readEvent(body, textOf(signature), clock.now()));
  } catch (error) {
    if (!(error instanceof ForgedEvent)) throw error;
    // What is signed is taken, whoever else sends from there. What is not costs the same, and is answered shorter.
    const isFlood = forged.isFlood(address);
    forged.add(address);
    if (isFlood) refuse(response, 429, 'Too many requests that were not signed as they must be.');
    else refuse(response, 400, 'This is no event that was signed as it must be, at the time that it is now.');
    return;
  }
  await keepEvents(writer, [draft]);
  send(response, 200, { received: true });
  options.wake();
}

/** Sent again by the processor: what was committed all the same is kept once. */
function fail(report: ErrorReporter, response: ServerResponse, error: unknown): void {
  if (response.headersSent) throw error;
  const { code, message, retryAfter } = report(error);
  if (typeof retryAfter === 'number') response.setHeader('retry-after', String(Math.ceil(retryAfter)));
  refuse(response, code === 'SERVICE_UNAVAILABLE' ? 503 : 500, message);
}

/** A proxy stands on this machine or in its network, and says at the end of the list whom it speaks for. */
function addressOf(request: IncomingMessage): string {
  const peer = request.socket.remoteAddress ?? '';
  if (!isNear(peer)) return peer;
  const forwarded = textOf(request.headers['x-forwarded-for'])?.split(',').at(-1)?.trim() ?? '';
  return isIP(forwarded) ? forwarded : peer;
}

const NEAR = new BlockList();
NEAR.addSubnet('127.0.0.0', 8);
NEAR.addSubnet('10.0.0.0', 8);
NEAR.addSubnet('172.16.0.0', 12);
NEAR.addSubnet('192.168.0.0', 16);
NEAR.addAddress('::1', 'ipv6');
NEAR.addSubnet('fc00::', 7, 'ipv6');

function isNear(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && NEAR.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

const textOf = (header: string | string[] | undefined) => (Array.isArray(header) ? header.join(',') : header);

function refuse(response: ServerResponse, status: number, message: string): void {
  send(response, status, { received: false, message });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(`${JSON.stringify(body)}\n`);
}
