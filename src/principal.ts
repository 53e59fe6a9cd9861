/** Who is asking. */

/** What a key may do is the union of its roles. Roles are listed with their permissions in identity/permission.ts. */
export enum Role {
  OPERATOR = 'OPERATOR',
  ADMIN = 'ADMIN',
  SERVICE = 'SERVICE',
  FINANCE = 'FINANCE',
  MEMBER = 'MEMBER',
}

export interface Principal {
  readonly organizationId: string;
  readonly apiKeyId: string;
  readonly roles: ReadonlySet<Role>;
  /** A MEMBER sees this account and those below it; undefined sees the whole organization. */
  readonly accountId: string | undefined;
}
