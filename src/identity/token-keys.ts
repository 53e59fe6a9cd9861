/** The keys that tokens are signed with: secrets, or the public keys that an issuer shows at its address. */
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { createSecretKey } from 'node:crypto';
import { serviceUnavailable } from '../errors.js';
import type { TokenKeys as KeyConfig } from '../token-settings.js';

const FETCH_TIMEOUT_MS = 5_000;

/** A key that is not in the set is looked for again after this part of the set's age. */
const COOLDOWN_PART = 10;

export interface TokenKeys {
  /** What a token may be signed with. */
  readonly algorithms: string[];
  /** All are tried, so that one can be exchanged for the next. */
  readonly tries: readonly JWTVerifyGetKey[];
  /** Whether what was signed with this key is still taken. @throws ApiError SERVICE_UNAVAILABLE */
  isKnown(keyId: string | undefined): Promise<boolean>;
}

export function openTokenKeys(config: KeyConfig): TokenKeys {
  return config.kind === 'SECRETS' ? secretKeys(config.secrets) : keySet(config.url, config.maxAgeMs);
}

function secretKeys(secrets: readonly string[]): TokenKeys {
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret)));
  return {
    algorithms: ['HS256'],
    tries: keys.map((key) => () => key),
    isKnown: () => Promise.resolve(true),
  };
}

/** Fetched when the first token comes, and again when it is too old. Only keys for signatures that others cannot make. */
function keySet(url: string, maxAgeMs: number): TokenKeys {
  const set = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: maxAgeMs / COOLDOWN_PART,
    cacheMaxAge: maxAgeMs,
  });
  const find: JWTVerifyGetKey = async (header, token) => {
    // Without a name it could not be seen when its key is taken out of the set.
    if (header.kid === undefined) throw new errors.JWKSNoMatchingKey();
    return set(header, token).catch((error: unknown) => {
      throw isOfToken(error) ? error : unreachable();
    });
  };
  return {
    algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'],
    tries: [find],
    isKnown: async (keyId) => {
      if (!set.fresh) {
        await set.reload().catch(() => {
          throw unreachable();
        });
      }
      return set.jwks()?.keys.some(({ kid }) => kid === keyId) ?? true;
    },
  };
}

/** The token names a key that is not there; all else says that the keys could not be fetched. */
function isOfToken(error: unknown): boolean {
  return [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported].some(
    (kind) => error instanceof kind,
  );
}

function unreachable(): Error {
  return serviceUnavailable('The keys that tokens are checked with could not be fetched.');
}
