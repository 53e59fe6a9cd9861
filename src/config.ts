/** The only reader of the environment. Every setting with its unit; all mistakes are reported at once. */
import { z } from 'zod';
import { encryptionMistakes, encryptionSettings, type EncryptionSettings } from './encryption-settings.js';
import { limitSettings, limitsOf, type Limits } from './limit-settings.js';
import { tokenConfigOf, tokenMistakes, tokenSettings, type TokenConfig } from './token-settings.js';
import { flag, postgresUrl, span, spans, usd, wholeNumber, webAddress } from './setting.js';

const printable = /^[\x21-\x7e]+$/;

const settings = z.object({
  DATABASE_URL: postgresUrl.optional(),
  HOT_DATABASE_URL: postgresUrl.optional(),
  MIGRATION_DATABASE_URL: postgresUrl.optional(),
  NOTIFY_DATABASE_URL: z.literal('off').or(postgresUrl).optional(),
  DATA_DIR: z.string().min(1, 'must name a folder').optional(),
  HOST: z.string().min(1, 'must be an address or a host name').default('127.0.0.1'),
  PORT: wholeNumber(4000, 0, 65_535),
  PUBLIC_URL: webAddress.optional(),
  BOOTSTRAP_API_KEY: z
    .string()
    .min(16, 'must have at least 16 characters')
    .max(200, 'must have at most 200 characters')
    .regex(printable, 'must be printable ASCII without spaces')
    .optional(),
  ENABLE_PRICING: flag(true),
  ENABLE_BUDGET_ENFORCEMENT: flag(true),
  ENABLE_BILLING: flag(true),
  DEFAULT_MONTHLY_BUDGET: usd.optional(),
  BUDGET_ENFORCEMENT_SINCE: z.iso
    .datetime({ offset: true, error: 'must be an instant such as 2026-11-01T00:00:00Z' })
    .transform((text) => new Date(text))
    .optional(),
  BUDGET_GRACE_PERIOD: span('0'),
  PRICING_UPDATE_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  INVOICE_INTERVAL: span('1m'),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^[rs]k_(test|live)_\w+$/, 'must begin with sk_test_, sk_live_, rk_test_ or rk_live_')
    .optional(),
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_(test|live)_\w+$/, 'must begin with pk_test_ or pk_live_')
    .optional(),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^whsec_[\w+/=]+(,whsec_[\w+/=]+){0,4}$/,
      'must be one secret that begins with whsec_, or up to five with commas between',
    )
    .transform((text) => text.split(','))
    .optional(),
  STRIPE_API_URL: webAddress.refine((text) => new URL(text).pathname === '/', 'must have no path').optional(),
  STRIPE_TIMEOUT: span('10s').refine((value) => value > 0, 'must be more than 0'),
  COLLECT_INTERVAL: span('5s'),
  WEBHOOK_CATCH_UP_INTERVAL: z.preprocess(
    (text) => text ?? 'unset',
    z
      .literal('unset')
      .transform(() => undefined)
      .or(span('0')),
  ),
  DUNNING_RETRIES: spans('1d,3d,5d,7d', 10),
  DUNNING_GRACE: span('3d'),
  DUNNING_ACTION: z.enum(['NONE', 'DISABLE_ACCOUNT'], { error: 'must be NONE or DISABLE_ACCOUNT' }).default('NONE'),
  MAX_INVOICE_LINES_PER_DAY: wholeNumber(10_000, 1, 1_000_000),
  PRICING_UPDATE_INTERVAL: span('0'),
  PRICING_UPDATE_TIMEOUT: span('30s').refine((value) => value > 0, 'must be more than 0'),
  LANES: z
    .literal('off')
    .transform(() => 0)
    .or(wholeNumber(4, 1, 32)),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
      error: 'must be fatal, error, warn, info, debug or silent',
    })
    .default('info'),
  TEST_CLOCK: flag(false),
  ...limitSettings,
  ...tokenSettings,
  ...encryptionSettings,
});

export interface Config {
  /** Unset: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Where the hot path writes; `databaseUrl` unless set. */
  readonly hotDatabaseUrl: string | undefined;
  /** As whoever owns the tables; `databaseUrl` unless set. */
  readonly migrationDatabaseUrl: string | undefined;
  /** The one connection that listens and notifies; `databaseUrl` unless set. */
  readonly notifyDatabaseUrl: string | undefined;
  /** false with NOTIFY_DATABASE_URL=off: alerts that another server raised arrive within 5 seconds, by polling. */
  readonly isNotifyOn: boolean;
  /** Unset: `.tollgate` in the working folder. */
  readonly dataDir: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Where people reach this server; unset: where it listens. */
  readonly publicUrl: string | undefined;
  readonly bootstrapApiKey: string | undefined;
  readonly enablePricing: boolean;
  readonly enableBudgetEnforcement: boolean;
  readonly enableBilling: boolean;
  /** pico-USD; a MONTH, HARD budget for users made from now on. */
  readonly defaultMonthlyBudgetPicoUsd: bigint | undefined;
  /** Budgets of accounts made before it refuse nothing; unset: those of all accounts do. */
  readonly budgetEnforcementSince: Date | undefined;
  /** How long a budget, once in its life, lets pass what it would refuse; 0 = not at all. */
  readonly budgetGraceMs: number;
  readonly pricingUpdateUrl: string | undefined;
  /** How often due invoices are made; 0: only by hand. */
  readonly invoiceIntervalMs: number;
  /** undefined: all invoices are paid by hand. */
  readonly stripe: StripeConfig | undefined;
  /** How often payments, refunds and events are looked after; 0: never, by this server. */
  readonly collectIntervalMs: number;
  /** How often events are asked for that never arrived; 0: never. */
  readonly webhookCatchUpIntervalMs: number;
  /** After which time each failed attempt is followed by the next. */
  readonly dunningRetriesMs: readonly number[];
  /** How long after the last one the action waits. */
  readonly dunningGraceMs: number;
  readonly dunningAction: 'NONE' | 'DISABLE_ACCOUNT';
  /** Lines that the invoices of one subscription may get in a local day, those that are taken back included. */
  readonly maxInvoiceLinesPerDay: number;
  /** 0 = never. */
  readonly pricingUpdateIntervalMs: number;
  readonly pricingUpdateTimeoutMs: number;
  /** 0: none, each call is a transaction of its own. */
  readonly lanes: number;
  readonly logLevel: string;
  /** Lets the database's clock be shifted; refused with NODE_ENV=production. */
  readonly testClock: boolean;
  /** What one request, one client and one address may take. */
  readonly limits: Limits;
  /** undefined: API keys alone are taken. */
  readonly tokens: TokenConfig | undefined;
  /** The keys by which what is of people is encrypted. */
  readonly encryption: EncryptionSettings;
}

export interface StripeConfig {
  readonly secretKey: string;
  /** For browsers; handed on to whoever keeps a payment method. */
  readonly publishableKey: string | undefined;
  /** All are accepted, so that one can be exchanged for the next. */
  readonly webhookSecrets: readonly string[];
  /** undefined: Stripe's own. */
  readonly apiUrl: string | undefined;
  readonly timeoutMs: number;
}

/** All mistakes of the settings, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Settings that are empty strings count as unset, as in `PORT= npm start`. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const present = Object.fromEntries(
    Object.keys(settings.shape).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const parsed = settings.safeParse(present);
  const mistakes = parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`) ?? [];
  if (present['TEST_CLOCK'] === 'true' && environment['NODE_ENV'] === 'production') {
    mistakes.push('TEST_CLOCK must not be set in production.');
  }
  mistakes.push(...stripeMistakes(present), ...tokenMistakes(present, environment['NODE_ENV'] === 'production'));
  mistakes.push(...encryptionMistakes(present));
  if (!parsed.success || mistakes.length > 0) {
    throw new ConfigError(`Please correct the settings: ${mistakes.join(' ')}`);
  }
  const value = parsed.data;
  return {
    databaseUrl: value.DATABASE_URL,
    hotDatabaseUrl: value.HOT_DATABASE_URL ?? value.DATABASE_URL,
    migrationDatabaseUrl: value.MIGRATION_DATABASE_URL,
    notifyDatabaseUrl:
      value.NOTIFY_DATABASE_URL === 'off' ? undefined : (value.NOTIFY_DATABASE_URL ?? value.DATABASE_URL),
    isNotifyOn: value.NOTIFY_DATABASE_URL !== 'off',
    dataDir: value.DATA_DIR,
    host: value.HOST,
    port: value.PORT,
    publicUrl: value.PUBLIC_URL,
    bootstrapApiKey: value.BOOTSTRAP_API_KEY,
    enablePricing: value.ENABLE_PRICING,
    enableBudgetEnforcement: value.ENABLE_BUDGET_ENFORCEMENT,
    enableBilling: value.ENABLE_BILLING,
    defaultMonthlyBudgetPicoUsd: value.DEFAULT_MONTHLY_BUDGET,
    budgetEnforcementSince: value.BUDGET_ENFORCEMENT_SINCE,
    budgetGraceMs: value.BUDGET_GRACE_PERIOD,
    pricingUpdateUrl: value.PRICING_UPDATE_URL,
    invoiceIntervalMs: value.INVOICE_INTERVAL,
    stripe: stripeOf(value),
    collectIntervalMs: value.COLLECT_INTERVAL,
    // Without a secret no event arrives by itself.
    webhookCatchUpIntervalMs: value.WEBHOOK_CATCH_UP_INTERVAL ?? (value.STRIPE_WEBHOOK_SECRET ? 600_000 : 30_000),
    dunningRetriesMs: value.DUNNING_RETRIES,
    dunningGraceMs: value.DUNNING_GRACE,
    dunningAction: value.DUNNING_ACTION,
    maxInvoiceLinesPerDay: value.MAX_INVOICE_LINES_PER_DAY,
    pricingUpdateIntervalMs: value.PRICING_UPDATE_INTERVAL,
    pricingUpdateTimeoutMs: value.PRICING_UPDATE_TIMEOUT,
    lanes: value.LANES,
    logLevel: value.LOG_LEVEL,
    testClock: value.TEST_CLOCK,
    limits: limitsOf(value, environment['NODE_ENV'] === 'production'),
    tokens: tokenConfigOf(value),
    encryption: { keys: value.ENCRYPTION_KEYS, keysFile: value.ENCRYPTION_KEYS_FILE },
  };
}

function stripeOf(value: z.infer<typeof settings>): StripeConfig | undefined {
  if (value.STRIPE_SECRET_KEY === undefined) return undefined;
  return {
    secretKey: value.STRIPE_SECRET_KEY,
    publishableKey: value.STRIPE_PUBLISHABLE_KEY,
    webhookSecrets: value.STRIPE_WEBHOOK_SECRET ?? [],
    apiUrl: value.STRIPE_API_URL,
    timeoutMs: value.STRIPE_TIMEOUT,
  };
}

function stripeMistakes(present: Readonly<Record<string, string | undefined>>): string[] {
  const { STRIPE_SECRET_KEY: secret, STRIPE_PUBLISHABLE_KEY: publishable } = present;
  const orphans = ['STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_API_URL'].filter((name) => present[name]);
  if (secret === undefined) return orphans.map((name) => `${name} is of no use without STRIPE_SECRET_KEY.`);
  const mode = (key: string) => key.split('_')[1];
  return publishable !== undefined && mode(secret) !== mode(publishable)
    ? ['STRIPE_PUBLISHABLE_KEY and STRIPE_SECRET_KEY must both be of test or both of live mode.']
    : [];
}
