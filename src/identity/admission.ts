/** Who is let in by what it shows at a door, a key or a token, and who no longer is. */
import type { Clock } from '../clock.js';
import type { Principal } from '../principal.js';
import type { ApiKeyService } from './api-key.service.js';
import type { TokenService } from './token.service.js';

const MAX_KEY_LENGTH = 400;

export class Admission {
  constructor(
    private readonly clock: Clock,
    private readonly apiKeys: ApiKeyService,
    private readonly tokens: TokenService,
  ) {}

  /** The principal that a bearer's word stands for, or undefined where it stands for none. */
  principalOf(word: string): Principal | undefined | Promise<Principal | undefined> {
    const found = this.#find(word);
    return found instanceof Promise ? found.then((one) => this.#unexpired(one)) : this.#unexpired(found);
  }

  /** Those who would be refused if they came now: revoked or expired since. One query for all keys, one for all tokens. */
  async refusedAmong(principals: readonly Principal[]): Promise<ReadonlySet<Principal>> {
    const now = this.clock.now();
    const refused = new Set(principals.filter((principal) => isOver(principal, now)));
    const live = principals.filter((principal) => !refused.has(principal));
    const [keys, tokens] = await Promise.all([this.#keysRefused(live), this.tokens.refusedAmong(live)]);
    for (const principal of [...keys, ...tokens]) refused.add(principal);
    return refused;
  }

  #find(word: string): Principal | undefined | Promise<Principal | undefined> {
    if (this.tokens.isToken(word)) return this.tokens.principalOf(word);
    return word.length > MAX_KEY_LENGTH ? undefined : this.apiKeys.principalOf(word);
  }

  /** What was looked up a moment ago may have come to its end since. */
  #unexpired(principal: Principal | undefined): Principal | undefined {
    if (principal?.expiresAt === undefined) return principal;
    return isOver(principal, this.clock.now()) ? undefined : principal;
  }

  async #keysRefused(principals: readonly Principal[]): Promise<readonly Principal[]> {
    const came = principals.filter(({ actor }) => actor.kind === 'API_KEY');
    if (came.length === 0) return [];
    // Each key once: many sockets may have come with it.
    const names = new Map(came.map(({ organizationId, actor: { id } }) => [id, { organizationId, id }]));
    const revoked = await this.apiKeys.refusedAmong([...names.values()]);
    return came.filter(({ actor }) => revoked.has(actor.id));
  }
}

function isOver({ expiresAt }: Principal, now: Date): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}
