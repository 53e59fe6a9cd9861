/** Who is asking. */
import { NIL } from 'uuid';

/** What a key or token may do is the union of its roles. Roles are listed with their permissions in identity/permission.ts. */
export enum Role {
  OPERATOR = 'OPERATOR',
  ADMIN = 'ADMIN',
  SERVICE = 'SERVICE',
  FINANCE = 'FINANCE',
  MEMBER = 'MEMBER',
}

/** Who it is. The id is a uuid, of the same actor always the same: it stands in rows as the one who did it. */
export type Actor =
  | { readonly kind: 'API_KEY'; readonly id: string }
  | {
      readonly kind: 'TOKEN';
      /** Made of the organization and the subject. */
      readonly id: string;
      /** Whom the issuer of the token calls so. */
      readonly subject: string;
      /** The token's own id, where it has one. */
      readonly tokenId: string | undefined;
    }
  /** The server itself; its id is the nil uuid. */
  | { readonly kind: 'SYSTEM'; readonly id: string };

export interface Principal {
  readonly organizationId: string;
  readonly actor: Actor;
  readonly roles: ReadonlySet<Role>;
  /** Names of permissions: of what the roles allow, only these; undefined: all of it. */
  readonly scopes: ReadonlySet<string> | undefined;
  /** A MEMBER sees this account and those below it; undefined sees the whole organization. */
  readonly accountId: string | undefined;
  /** From this instant of the database's clock on it is refused; undefined: it has no end. */
  readonly expiresAt: Date | undefined;
}

/** What is done without a person, in one organization. */
export function systemPrincipal(organizationId: string, role: Role): Principal {
  const actor = { kind: 'SYSTEM', id: NIL } as const;
  return {
    organizationId,
    actor,
    roles: new Set([role]),
    scopes: undefined,
    accountId: undefined,
    expiresAt: undefined,
  };
}
