/** Tokens of an issuer that is trusted: signed, short-lived, and of the same kind of principal as keys are. */
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { NIL, v5 as idOfName } from 'uuid';
import type { Clock } from '../clock.js';
import { ApiError, badInput } from '../errors.js';
import type { Operation } from '../operation.js';
import type { Principal } from '../principal.js';
import { requireText } from '../text.js';
import type { TokenConfig } from '../token-settings.js';
import { findRevokedTokens, findTokenGround } from './find-token-ground.sql.js';
import { keepRevocation } from './keep-revocation.sql.js';
import { keepSubject } from './keep-subject.sql.js';
import { authorize } from './permission.js';
import { claimsOf, type TokenClaims } from './token-claims.js';
import { openTokenKeys, type TokenKeys } from './token-keys.js';

/** Longer ones are not even read. */
const MAX_LENGTH = 8_192;
const FORM = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/;

/** How far the clocks of issuer and database may be apart. */
const SKEW_S = 60;

/** What was called back is refused by every process after this time at the latest. */
const CACHE_TTL_MS = 1_900;
/** How often the cache looks at the clock: not for each request. */
const CACHE_CLOCK_MS = 100;
const CACHE_SIZE = 10_000;

export interface Revocation {
  /** null: all subjects of the organization. */
  readonly subject: string | null;
  readonly revokedBefore: Date;
}

/** What a principal came with. */
interface Shown {
  readonly keyId: string | undefined;
  readonly issuedAt: number;
}

export interface TokenGround {
  readonly writer: Pool;
  readonly clock: Clock;
  readonly log: Logger;
  /** undefined: no token is taken. */
  readonly tokens: TokenConfig | undefined;
}

export class TokenService {
  readonly #keys: TokenKeys | undefined;
  readonly #principals: LRUCache<string, Principal>;
  readonly #shown = new WeakMap<Principal, Shown>();

  constructor(private readonly on: TokenGround) {
    this.#keys = on.tokens && openTokenKeys(on.tokens.keys);
    this.#principals = new LRUCache({
      max: CACHE_SIZE,
      ttl: CACHE_TTL_MS,
      ttlResolution: CACHE_CLOCK_MS,
      fetchMethod: async (_hash, _stale, { context }) => this.#find(context as string),
    });
  }

  /** Whether it is to be looked at as a token: keys have another form. */
  isToken(word: string): boolean {
    return this.#keys !== undefined && word.startsWith('eyJ') && FORM.test(word);
  }

  /**
   * undefined for what is refused.
   * @throws ApiError SERVICE_UNAVAILABLE where nobody can say, because the issuer's keys could not be fetched.
   */
  principalOf(token: string): Principal | undefined | Promise<Principal | undefined> {
    if (token.length > MAX_LENGTH) return undefined;
    const tokenHash = hash('sha256', token, 'base64');
    return this.#principals.get(tokenHash) ?? this.#principals.fetch(tokenHash, { context: token });
  }

  /** Those of them that were called back, or whose key the issuer has taken back; one query for all. */
  async refusedAmong(principals: readonly Principal[]): Promise<readonly Principal[]> {
    const issued = principals.flatMap((principal) => {
      const shown = this.#shown.get(principal);
      const { organizationId, actor } = principal;
      return shown ? [{ principal, organizationId, actorId: actor.id, ...shown }] : [];
    });
    if (issued.length === 0) return [];
    const revoked = await findRevokedTokens(this.on.writer, issued);
    const gone = await this.#keysGone(new Set(issued.map(({ keyId }) => keyId)));
    return issued.filter(({ keyId }, place) => revoked.has(place) || gone.has(keyId)).map(({ principal }) => principal);
  }

  /** What a subject, or everybody, was issued before an instant is refused from now on. */
  async revoke(
    operation: Operation,
    input: { readonly subject?: string | null | undefined; readonly issuedBefore?: Date | null | undefined },
  ): Promise<Revocation> {
    authorize(operation, 'key.write');
    const subject = input.subject == null ? null : requireText(input.subject, ['input', 'subject'], 255);
    const before = input.issuedBefore ?? operation.now;
    if (before.getTime() > operation.now.getTime() + SKEW_S * 1000) {
      throw badInput(['input', 'issuedBefore'], `Must not be more than ${SKEW_S} seconds ahead.`);
    }
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const actorId = subject === null ? NIL : idOfName(subject, organizationId);
    const revokedBefore = await keepRevocation(em, organizationId, actorId, before);
    operation.afterCommit(() => this.#principals.clear());
    return { subject, revokedBefore };
  }

  async #find(token: string): Promise<Principal | undefined> {
    const { tokens, writer } = this.on;
    const verified = tokens && (await this.#verify(token, tokens));
    const claims = verified && claimsOf(verified.payload, tokens.claimPrefix);
    if (!claims) return undefined;
    const actorId = idOfName(claims.subject, claims.organizationId);
    const ground = await findTokenGround(writer, claims, actorId);
    if (!ground) return undefined;
    if (ground.revokedBefore && ground.revokedBefore.getTime() > claims.issuedAt * 1000) return undefined;
    if (claims.account && ground.accountId === null) return undefined;
    if (!ground.isKnown) await keepSubject(writer, { ...claims, actorId, accountId: ground.accountId });
    const principal = principalFrom(claims, actorId, ground.accountId ?? undefined, tokens.maxAgeMs);
    this.#shown.set(principal, { keyId: verified.keyId, issuedAt: claims.issuedAt });
    return principal;
  }

  async #verify(
    token: string,
    { issuer, audience, maxAgeMs }: TokenConfig,
  ): Promise<{ payload: JWTPayload; keyId: string | undefined } | undefined> {
    const options = {
      algorithms: this.#keys?.algorithms ?? [],
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
      maxTokenAge: maxAgeMs / 1000,
      clockTolerance: SKEW_S,
      currentDate: this.on.clock.now(),
    };
    let refusal: unknown;
    for (const key of this.#keys?.tries ?? []) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, key, options);
        // Who is told for whom it is meant, and is not told that this is us, has to refuse it (RFC 7519, 4.1.3).
        return audience === undefined && payload.aud !== undefined
          ? undefined
          : { payload, keyId: protectedHeader.kid };
      } catch (error) {
        if (error instanceof ApiError) throw error;
        refusal = error;
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    this.on.log.debug(
      { reason: refusal instanceof errors.JOSEError ? refusal.code : String(refusal) },
      'a token was refused',
    );
    return undefined;
  }

  async #keysGone(keyIds: ReadonlySet<string | undefined>): Promise<ReadonlySet<string | undefined>> {
    const gone = new Set<string | undefined>();
    try {
      for (const keyId of keyIds) if ((await this.#keys?.isKnown(keyId)) === false) gone.add(keyId);
    } catch (error) {
      this.on.log.warn({ err: error }, 'nobody can say which keys of tokens still hold');
    }
    return gone;
  }
}

/** Its end is that of the token, or of the longest life that a token has, and the skew that clocks are allowed. */
function principalFrom(
  claims: TokenClaims,
  actorId: string,
  accountId: string | undefined,
  maxAgeMs: number,
): Principal {
  const { organizationId, subject, tokenId, roles, scopes } = claims;
  const end = Math.min(claims.expiresAt, claims.issuedAt + maxAgeMs / 1000) + SKEW_S;
  return {
    organizationId,
    actor: { kind: 'TOKEN', id: actorId, subject, tokenId },
    roles,
    scopes,
    accountId,
    expiresAt: new Date(end * 1000),
  };
}
