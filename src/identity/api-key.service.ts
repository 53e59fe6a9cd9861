import { LockMode } from '@mikro-orm/core';
import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { NIL, parse as parseUuid, stringify as stringifyUuid, validate } from 'uuid';
import type { Clock } from '../clock.js';
import { badInput, notFound } from '../errors.js';
import { decodeUuid, newId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { Role, type Principal } from '../principal.js';
import { requireFreeText } from '../text.js';
import { ApiKey } from './api-key.js';
import type { AccountService, AccountName } from './account.service.js';
import { findApiKey } from './find-api-key.sql.js';
import { findRefusedKeys } from './find-refused-keys.sql.js';
import { assertMayGive, checkEnd, checkRights, type KeyRights } from './key-rights.js';
import type { KeyUse } from './key-use.js';
import { authorize } from './permission.js';

const KEY_FORM = /^tg_([A-Za-z0-9_-]{22})_[A-Za-z0-9_-]{43}$/;
const PREFIX_LENGTH = 32;

/** A key that was revoked, or is exchanged and so has an end now, is refused by every process after this time at the latest. */
const CACHE_TTL_MS = 1_900;
/** How long a key that is exchanged works on, in seconds. */
const MAX_OVERLAP_S = 30 * 86_400;

/** How often the cache looks at the clock: not for each request. */
const CACHE_CLOCK_MS = 100;
const CACHE_SIZE = 10_000;

export interface NewApiKey {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly scopes?: readonly string[] | null | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly account?: AccountName | undefined;
}

export interface KeyExchange {
  readonly apiKeyId: string;
  readonly overlapSeconds: number;
  /** undefined only where the old one has no end. */
  readonly expiresAt?: Date | null | undefined;
}

/** What a row is made of. */
interface KeyRow extends KeyRights {
  readonly name: string;
  readonly accountId: string | null;
  readonly expiresAt: Date | null;
}

/** The stored row beside the secret, which exists in clear only here. */
export interface IssuedApiKey {
  readonly apiKey: ApiKey;
  readonly value: string;
}

export class ApiKeyService {
  readonly #principals: LRUCache<string, { readonly principal: Principal | undefined }>;

  constructor(
    private readonly writer: Pool,
    private readonly clock: Clock,
    private readonly accounts: AccountService,
    private readonly use: KeyUse,
  ) {
    this.#principals = new LRUCache({
      max: CACHE_SIZE,
      ttl: CACHE_TTL_MS,
      ttlResolution: CACHE_CLOCK_MS,
      fetchMethod: async (hash, _stale, { context }) => ({ principal: await this.#find(hash, context as string) }),
    });
  }

  /**
   * The principal that a key stands for, or undefined where the key is unknown, revoked or expired. Looked up by the
   * key's hash, so that nothing can be learnt from how long a comparison takes, and kept for CACHE_TTL_MS.
   */
  principalOf(key: string): Principal | undefined | Promise<Principal | undefined> {
    const keyHash = hash('sha256', key, 'base64');
    const known = this.#principals.get(keyHash);
    if (known) return known.principal;
    const found = this.#principals.fetch(keyHash, { context: organizationIn(key) ?? '' });
    return found.then((entry) => entry?.principal);
  }

  /** The ids of those that are refused by now; one query for all. */
  refusedAmong(
    keys: readonly { readonly organizationId: string; readonly id: string }[],
  ): Promise<ReadonlySet<string>> {
    return findRefusedKeys(this.writer, keys);
  }

  async create(operation: Operation, input: NewApiKey): Promise<IssuedApiKey> {
    authorize(operation, 'key.write');
    const { principal, now } = operation;
    const name = requireFreeText(input.name, ['input', 'name'], 200);
    const rights = checkRights(input);
    const isMember = rights.roles.includes(Role.MEMBER);
    if (isMember !== (input.account !== undefined)) {
      throw badInput(
        ['input', isMember ? 'userId' : 'roles'],
        'A MEMBER key, and only such a key, names the account it is bound to.',
      );
    }
    assertMayGive(principal, rights);
    const expiresAt = checkEnd(principal, input.expiresAt ?? null, now);
    const account = input.account && (await this.accounts.find(operation, input.account, ['input']));
    if (input.account && !account) throw notFound('The account');
    const row = { ...rights, name, expiresAt, accountId: account?.id ?? null };
    return this.issue(operation, row, principal.organizationId);
  }

  /** A new key that may do the same; the old one ends after the overlap, and not later than it would have. */
  async rotate(operation: Operation, input: KeyExchange): Promise<IssuedApiKey & { replaced: ApiKey }> {
    authorize(operation, 'key.write');
    const { principal, now } = operation;
    if (input.overlapSeconds < 0 || input.overlapSeconds > MAX_OVERLAP_S) {
      throw badInput(['input', 'overlapSeconds'], `Must be from 0 to ${MAX_OVERLAP_S}.`);
    }
    const replaced = await this.#lock(operation, input.apiKeyId);
    const { name, roles, scopes, accountId, expiresAt: oldEnd } = replaced;
    if (replaced.revokedAt !== null || (oldEnd !== null && oldEnd <= now)) {
      throw badInput(['input', 'apiKeyId'], 'This key works no longer: make a new one.');
    }
    assertMayGive(principal, { roles, scopes });
    if (oldEnd !== null && input.expiresAt === undefined) {
      throw badInput(['input', 'expiresAt'], 'The old key has an end: say that of the new one, or null for none.');
    }
    const expiresAt = checkEnd(principal, input.expiresAt ?? null, now);
    const issued = await this.issue(operation, { name, roles, scopes, accountId, expiresAt }, principal.organizationId);
    const overlapEnd = new Date(now.getTime() + input.overlapSeconds * 1000);
    if (oldEnd === null || oldEnd > overlapEnd) replaced.expiresAt = overlapEnd;
    await (await operation.em()).flush();
    this.#forget(operation, replaced);
    return { ...issued, replaced };
  }

  /** Makes the row. `organizationId` differs from the principal's only while an organization is being made. */
  async issue(
    operation: Operation,
    input: KeyRow,
    organizationId: string,
    chosenValue?: string,
  ): Promise<IssuedApiKey> {
    const em = await operation.em();
    const value = chosenValue ?? newKey(organizationId);
    const apiKey = em.create(ApiKey, {
      ...input,
      roles: [...input.roles],
      scopes: input.scopes && [...input.scopes],
      organizationId,
      id: newId(),
      prefix: value.slice(0, chosenValue === undefined ? PREFIX_LENGTH : 4),
      hash: hashOf(value),
      createdAt: operation.now,
      revokedAt: null,
      lastUsedAt: null,
    });
    await em.persist(apiKey).flush();
    return { apiKey, value };
  }

  /** Whether the organization has this key, revoked or not. */
  async isStored(operation: Operation, organizationId: string, value: string): Promise<boolean> {
    const em = await operation.em();
    return (await em.count(ApiKey, { organizationId, hash: hashOf(value) })) > 0;
  }

  /** Idempotent: a key that is revoked already stays revoked since its first time. */
  async revoke(operation: Operation, id: string): Promise<ApiKey> {
    authorize(operation, 'key.write');
    const apiKey = await this.#lock(operation, id);
    apiKey.revokedAt ??= operation.now;
    await (await operation.em()).flush();
    this.#forget(operation, apiKey);
    return apiKey;
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<ApiKey | null> {
    authorize(operation, 'key.read');
    const em = await operation.em();
    return validate(key) ? em.findOne(ApiKey, { organizationId: operation.principal.organizationId, id: key }) : null;
  }

  async list(operation: Operation): Promise<ApiKey[]> {
    authorize(operation, 'key.read');
    const em = await operation.em();
    return em.find(ApiKey, { organizationId: operation.principal.organizationId }, { orderBy: { id: 'asc' } });
  }

  /** Of several that change one key at once, each sees what the one before has left. */
  async #lock(operation: Operation, id: string): Promise<ApiKey> {
    const key = decodeUuid('apikey', id);
    const where = { organizationId: operation.principal.organizationId, id: key ?? NIL };
    const em = await operation.em();
    const apiKey = await em.findOne(ApiKey, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!apiKey) throw notFound('The API key');
    return apiKey;
  }

  /** Here it is looked up anew as soon as what was changed is so; everywhere else after CACHE_TTL_MS. */
  #forget(operation: Operation, { hash }: ApiKey): void {
    operation.afterCommit(() => this.#principals.delete(hash.toString('base64')));
  }

  async #find(hash: string, organizationId: string): Promise<Principal | undefined> {
    const row = await findApiKey(this.writer, organizationId || undefined, Buffer.from(hash, 'base64'));
    if (!row) return undefined;
    this.use.note({ organizationId: row.organizationId, id: row.id, at: this.clock.now() });
    return {
      organizationId: row.organizationId,
      actor: { kind: 'API_KEY', id: row.id },
      roles: new Set(row.roles),
      scopes: row.scopes === null ? undefined : new Set(row.scopes),
      accountId: row.accountId ?? undefined,
      expiresAt: row.expiresAt ?? undefined,
    };
  }
}

/** `tg_`, the organization's id, and 256 random bits: the key itself says where it is stored. */
function newKey(organizationId: string): string {
  return `tg_${Buffer.from(parseUuid(organizationId)).toString('base64url')}_${randomBytes(32).toString('base64url')}`;
}

function organizationIn(key: string): string | undefined {
  const match = KEY_FORM.exec(key)?.[1];
  if (match === undefined) return undefined;
  try {
    return stringifyUuid(Buffer.from(match, 'base64url'));
  } catch {
    return undefined;
  }
}

function hashOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
