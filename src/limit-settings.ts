/** The settings of what one request, one client and one address may take. */
import proxyAddress from 'proxy-addr';
import { z } from 'zod';
import type { RunningSettings } from './running-limit.js';
import { flag, span, wholeNumber } from './setting.js';

/** Root fields a minute; 0: as many as come. */
export interface RateSettings {
  readonly rateLimitKey: number;
  readonly rateLimitOrganization: number;
  readonly rateLimitAddress: number;
  readonly rateLimitHotKey: number;
  readonly rateLimitHotOrganization: number;
  readonly rateLimitHotAddress: number;
  /** Keys and tokens that were refused, of one address. */
  readonly rateLimitFailedKeys: number;
}

/** Names with commas between. */
const list = (isRight: (item: string) => boolean, message: string) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((item) => item.trim() || []))
    .refine((items) => items.every(isRight), message);

/** What a counter of the database holds, with room for what is asked for in vain. */
const MOST_A_MINUTE = 100_000_000;

const openOutsideProduction = z.enum(['true', 'false'], { error: 'must be true or false' }).optional();

/** What goes on for longer the connections to the database give up by themselves. */
const MOST_OPERATION_MS = 30_000;

export const limitSettings = {
  ENABLE_DOCUMENT_LIMITS: flag(true),
  ENABLE_INTROSPECTION: openOutsideProduction,
  ENABLE_EXPLORER: openOutsideProduction,
  CORS_ORIGINS: list(
    isOrigin,
    'must be origins such as https://app.example.com, with commas between; * and null are none',
  ),
  TRUSTED_PROXIES: list(isNetwork, 'must be addresses or networks such as 10.0.0.0/8, with commas between'),
  MAX_CONNECTIONS: wholeNumber(20_000, 0, 1_000_000),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(2_000, 0, 1_000_000),
  MAX_SOCKETS: wholeNumber(15_000, 0, 1_000_000),
  MAX_SOCKETS_PER_ADDRESS: wholeNumber(1_000, 0, 1_000_000),
  MAX_SOCKETS_PER_KEY: wholeNumber(1_000, 0, 1_000_000),
  MAX_OPERATIONS_PER_SOCKET: wholeNumber(100, 0, 100_000),
  OPERATION_TIMEOUT: span('30s').refine(
    (value) => value > 0 && value <= MOST_OPERATION_MS,
    'must be more than 0 and at most 30s',
  ),
  MAX_RUNNING_PER_KEY: wholeNumber(4, 0, 1_000),
  MAX_RUNNING_PER_ORGANIZATION: wholeNumber(6, 0, 1_000),
  RATE_LIMIT_KEY: wholeNumber(60_000, 0, MOST_A_MINUTE),
  RATE_LIMIT_ORGANIZATION: wholeNumber(120_000, 0, MOST_A_MINUTE),
  RATE_LIMIT_ADDRESS: wholeNumber(120_000, 0, MOST_A_MINUTE),
  RATE_LIMIT_HOT_KEY: wholeNumber(3_000_000, 0, MOST_A_MINUTE),
  RATE_LIMIT_HOT_ORGANIZATION: wholeNumber(3_000_000, 0, MOST_A_MINUTE),
  RATE_LIMIT_HOT_ADDRESS: wholeNumber(3_000_000, 0, MOST_A_MINUTE),
  RATE_LIMIT_FAILED_KEYS: wholeNumber(120, 0, MOST_A_MINUTE),
};

export interface Limits extends RateSettings, RunningSettings {
  /** false: documents and variables of any size and cost, to measure what the limits prevent. */
  readonly areDocumentsLimited: boolean;
  /** Whether the schema may be asked for, and names that are nearly right are answered with those that are. */
  readonly showsSchema: boolean;
  readonly showsExplorer: boolean;
  /** Whose pages may call, beside our own. */
  readonly origins: readonly string[];
  /** Whose `X-Forwarded-For` is believed. */
  readonly proxies: readonly string[];
  /** Of all these 0 is: as many as come. */
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxSockets: number;
  readonly maxSocketsPerAddress: number;
  readonly maxSocketsPerKey: number;
  readonly maxOperationsPerSocket: number;
}

export function limitsOf(value: z.infer<z.ZodObject<typeof limitSettings>>, isProduction: boolean): Limits {
  const isOpen = (setting: 'true' | 'false' | undefined) =>
    setting === undefined ? !isProduction : setting === 'true';
  return {
    areDocumentsLimited: value.ENABLE_DOCUMENT_LIMITS,
    showsSchema: isOpen(value.ENABLE_INTROSPECTION),
    showsExplorer: isOpen(value.ENABLE_EXPLORER),
    origins: value.CORS_ORIGINS,
    proxies: value.TRUSTED_PROXIES,
    maxConnections: value.MAX_CONNECTIONS,
    maxConnectionsPerAddress: value.MAX_CONNECTIONS_PER_ADDRESS,
    maxSockets: value.MAX_SOCKETS,
    maxSocketsPerAddress: value.MAX_SOCKETS_PER_ADDRESS,
    maxSocketsPerKey: value.MAX_SOCKETS_PER_KEY,
    maxOperationsPerSocket: value.MAX_OPERATIONS_PER_SOCKET,
    operationTimeoutMs: value.OPERATION_TIMEOUT,
    maxRunningPerKey: value.MAX_RUNNING_PER_KEY,
    maxRunningPerOrganization: value.MAX_RUNNING_PER_ORGANIZATION,
    rateLimitKey: value.RATE_LIMIT_KEY,
    rateLimitOrganization: value.RATE_LIMIT_ORGANIZATION,
    rateLimitAddress: value.RATE_LIMIT_ADDRESS,
    rateLimitHotKey: value.RATE_LIMIT_HOT_KEY,
    rateLimitHotOrganization: value.RATE_LIMIT_HOT_ORGANIZATION,
    rateLimitHotAddress: value.RATE_LIMIT_HOT_ADDRESS,
    rateLimitFailedKeys: value.RATE_LIMIT_FAILED_KEYS,
  };
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isNetwork(text: string): boolean {
  try {
    proxyAddress.compile(text);
    return true;
  } catch {
    return false;
  }
}
