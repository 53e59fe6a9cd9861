import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { parse as parseUuid, stringify as stringifyUuid, validate } from 'uuid';
import { badInput, notFound } from '../errors.js';
import { decodeUuid, newId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { Role, type Principal } from '../principal.js';
import { requireFreeText } from '../text.js';
import { ApiKey } from './api-key.js';
import type { AccountService, AccountName } from './account.service.js';
import { findApiKey } from './find-api-key.sql.js';
import { findRevokedKeys } from './find-revoked-keys.sql.js';
import { authorize } from './permission.js';

const KEY_FORM = /^tg_([A-Za-z0-9_-]{22})_[A-Za-z0-9_-]{43}$/;
const PREFIX_LENGTH = 32;

/** A revoked key is refused by every process after this time at the latest. */
const CACHE_TTL_MS = 1_900;
/** How often the cache looks at the clock: not for each request. */
const CACHE_CLOCK_MS = 100;
const CACHE_SIZE = 10_000;

export interface NewApiKey {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly account?: AccountName | undefined;
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
    private readonly accounts: AccountService,
  ) {
    this.#principals = new LRUCache({
      max: CACHE_SIZE,
      ttl: CACHE_TTL_MS,
      ttlResolution: CACHE_CLOCK_MS,
      fetchMethod: async (hash, _stale, { context }) => ({ principal: await this.#find(hash, context as string) }),
    });
  }

  /**
   * The principal that a key stands for, or undefined where the key is unknown or revoked. Looked up by the key's
   * hash, so that nothing can be learnt from how long a comparison takes, and kept for CACHE_TTL_MS.
   */
  principalOf(key: string): Principal | undefined | Promise<Principal | undefined> {
    const keyHash = hash('sha256', key, 'base64');
    const known = this.#principals.get(keyHash);
    if (known) return known.principal;
    const found = this.#principals.fetch(keyHash, { context: organizationIn(key) ?? '' });
    return found.then((entry) => entry?.principal);
  }

  /** The ids of those of the keys that were revoked since their principals were found; one query for all. */
  revokedAmong(principals: readonly Pick<Principal, 'organizationId' | 'actor'>[]): Promise<ReadonlySet<string>> {
    const keys = principals.map(({ organizationId, actor }) => ({ organizationId, apiKeyId: actor.id }));
    return findRevokedKeys(this.writer, keys);
  }

  async create(operation: Operation, input: NewApiKey): Promise<IssuedApiKey> {
    authorize(operation, 'key.write');
    const name = requireFreeText(input.name, ['input', 'name'], 200);
    const roles = [...new Set(input.roles)];
    if (roles.length === 0) throw badInput(['input', 'roles'], 'At least one role is needed.');
    if (roles.includes(Role.OPERATOR) && !operation.principal.roles.has(Role.OPERATOR)) {
      throw badInput(['input', 'roles'], 'Only an OPERATOR can make another OPERATOR key.');
    }
    const isMember = roles.includes(Role.MEMBER);
    if (isMember && roles.length > 1)
      throw badInput(['input', 'roles'], 'MEMBER cannot be combined with another role.');
    if (isMember !== (input.account !== undefined)) {
      throw badInput(
        ['input', isMember ? 'userId' : 'roles'],
        'A MEMBER key, and only such a key, names the account it is bound to.',
      );
    }
    const account = input.account && (await this.accounts.find(operation, input.account, ['input']));
    if (input.account && !account) throw notFound('The account');
    return this.issue(operation, { name, roles, accountId: account?.id ?? null }, operation.principal.organizationId);
  }

  /** Makes the row. `organizationId` differs from the principal's only while an organization is being made. */
  async issue(
    operation: Operation,
    input: { name: string; roles: Role[]; accountId: string | null },
    organizationId: string,
    chosenValue?: string,
  ): Promise<IssuedApiKey> {
    const em = await operation.em();
    const value = chosenValue ?? newKey(organizationId);
    const apiKey = em.create(ApiKey, {
      ...input,
      organizationId,
      id: newId(),
      prefix: value.slice(0, chosenValue === undefined ? PREFIX_LENGTH : 4),
      hash: hashOf(value),
      createdAt: operation.now,
      revokedAt: null,
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
    const em = await operation.em();
    const key = decodeUuid('apikey', id);
    const apiKey = key && (await em.findOne(ApiKey, { organizationId: operation.principal.organizationId, id: key }));
    if (!apiKey) throw notFound('The API key');
    apiKey.revokedAt ??= operation.now;
    await em.flush();
    this.#principals.delete(apiKey.hash.toString('base64'));
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

  async #find(hash: string, organizationId: string): Promise<Principal | undefined> {
    const row = await findApiKey(this.writer, organizationId || undefined, Buffer.from(hash, 'base64'));
    return (
      row && {
        organizationId: row.organizationId,
        actor: { kind: 'API_KEY', id: row.id },
        roles: new Set(row.roles),
        scopes: undefined,
        accountId: row.accountId ?? undefined,
        expiresAt: undefined,
      }
    );
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
