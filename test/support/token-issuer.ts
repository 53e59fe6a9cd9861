/** An issuer of tokens, as an identity provider is one: it signs them, and shows its public keys at an address. */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTHeaderParameters } from 'jose';
import { createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const ISSUER = 'https://login.example.com/';
const AUDIENCE = 'tollgate';

export type Claims = Readonly<Record<string, unknown>>;

interface Key {
  readonly alg: string;
  readonly secret: CryptoKey;
  readonly shown: JWK;
}

export class TokenIssuer {
  /** Answers with 503. */
  isDown = false;
  /** How often its keys were asked for. */
  asked = 0;
  readonly #keys = new Map<string, Key>();
  #shownIds: readonly string[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (_request, response) => {
      this.asked += 1;
      response.statusCode = this.isDown ? 503 : 200;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: this.#shownIds.map((id) => this.#keyOf(id).shown) }));
    });
  }

  static async open(): Promise<TokenIssuer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TokenIssuer(server);
  }

  /** What a server has to be told to take its tokens. */
  /** Whoever tests what is refused is refused often. */
  get settings(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/jwks`;
    return { JWT_JWKS_URL: url, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, RATE_LIMIT_FAILED_KEYS: '0' };
  }

  async addKey(id: string, alg = 'ES256'): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    this.#keys.set(id, { alg, secret: privateKey, shown: { ...(await exportJWK(publicKey)), kid: id, alg } });
    this.show(...this.#shownIds, id);
  }

  /** These of its keys, and no others. */
  show(...ids: string[]): void {
    this.#shownIds = ids;
  }

  publicKeyOf(id: string): JWK {
    return this.#keyOf(id).shown;
  }

  sign(id: string, claims: Claims, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const { alg, secret } = this.#keyOf(id);
    return new SignJWT({ iss: ISSUER, aud: AUDIENCE, ...claims })
      .setProtectedHeader({ alg, kid: id, ...header })
      .sign(secret, { crit: Object.fromEntries((header.crit ?? []).map((name) => [name, true])) });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #keyOf(id: string): Key {
    const key = this.#keys.get(id);
    if (!key) throw new Error(`The issuer has no key ${id}.`);
    return key;
  }
}

export function signWithSecret(
  secret: string | Uint8Array,
  claims: Claims,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const key = createSecretKey(Buffer.from(secret));
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);
}
