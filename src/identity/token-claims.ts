/** What a token says about who it is. */
import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { decodeUuid } from '../node-id.js';
import { Role } from '../principal.js';
import { AccountKind } from './account.js';

const name = z.string().regex(/^[^\p{Cc}\p{Cs}\p{Cn}]{1,255}$/u);

const standard = z.object({
  sub: name,
  exp: z.number(),
  iat: z.number(),
  jti: name.optional(),
  scope: z.string().max(4096).optional(),
});

const own = z.object({
  organization: z.string().transform((id) => decodeUuid('organization', id)),
  /** OPERATOR is of keys alone: an issuer of tokens for organizations has no say about the installation. */
  roles: z.array(z.enum([Role.ADMIN, Role.SERVICE, Role.FINANCE, Role.MEMBER])).min(1),
  user_id: name.optional(),
  team_id: name.optional(),
});

export interface TokenClaims {
  readonly organizationId: string;
  readonly subject: string;
  readonly tokenId: string | undefined;
  readonly roles: ReadonlySet<Role>;
  readonly scopes: ReadonlySet<string> | undefined;
  /** Of a MEMBER, and of nobody else. */
  readonly account: { readonly kind: AccountKind; readonly externalId: string } | undefined;
  /** In seconds since 1970, as the issuer's clock has it. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * undefined where something is missing or no such thing: what a token says is taken whole or not at all.
 * @param prefix of our own claims' names
 */
export function claimsOf(payload: JWTPayload, prefix: string): TokenClaims | undefined {
  const said = standard.safeParse(payload).data;
  const ours = own.safeParse(
    Object.fromEntries(Object.keys(own.shape).map((claim) => [claim, payload[`${prefix}${claim}`]])),
  ).data;
  if (!said || !ours?.organization) return undefined;
  const roles = new Set(ours.roles);
  const accounts = [
    ...(ours.user_id === undefined ? [] : [{ kind: AccountKind.USER, externalId: ours.user_id }]),
    ...(ours.team_id === undefined ? [] : [{ kind: AccountKind.TEAM, externalId: ours.team_id }]),
  ];
  const isMember = roles.has(Role.MEMBER);
  if ((isMember && roles.size > 1) || accounts.length !== (isMember ? 1 : 0)) return undefined;
  return {
    organizationId: ours.organization,
    subject: said.sub,
    tokenId: said.jti,
    roles,
    scopes: said.scope === undefined ? undefined : new Set(said.scope.split(' ').filter((word) => word !== '')),
    account: accounts[0],
    issuedAt: said.iat,
    expiresAt: said.exp,
  };
}
