/** Who is let in by what it shows at a door, and who no longer is. */
import type { Clock } from '../clock.js';
import type { Principal } from '../principal.js';
import type { ApiKeyService } from './api-key.service.js';

export class Admission {
  constructor(
    private readonly clock: Clock,
    private readonly apiKeys: ApiKeyService,
  ) {}

  /** The principal that a bearer's word stands for, or undefined where it stands for none. */
  principalOf(word: string): Principal | undefined | Promise<Principal | undefined> {
    return this.apiKeys.principalOf(word);
  }

  /** Those who would be refused if they came now: revoked or expired since. One query for all. */
  async refusedAmong(principals: readonly Principal[]): Promise<ReadonlySet<Principal>> {
    const now = this.clock.now();
    const isOver = ({ expiresAt }: Principal) => expiresAt !== undefined && expiresAt <= now;
    const live = principals.filter((principal) => !isOver(principal));
    const revoked = await this.apiKeys.refusedAmong(namesOf(live));
    return new Set(principals.filter((principal) => isOver(principal) || revoked.has(principal.actor.id)));
  }
}

/** Each key once: many sockets may have come with it. */
function namesOf(principals: readonly Principal[]) {
  const names = principals.map(({ organizationId, actor }) => ({ organizationId, id: actor.id }));
  return [...new Map(names.map((name) => [name.id, name])).values()];
}
