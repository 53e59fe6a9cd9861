/** Identity put together: its tables, and which services and resolvers are made of which. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { Lanes } from '../lanes.js';
import type { ResolverClass } from '../schema.js';
import type { TokenConfig } from '../token-settings.js';
import { Admission } from './admission.js';
import { AccountDirectory } from './account-directory.js';
import { Account, AccountTeam } from './account.js';
import { AccountResolver } from './account.resolver.js';
import { AccountService } from './account.service.js';
import { ApiKey, Installation } from './api-key.js';
import { ApiKeyResolver } from './api-key.resolver.js';
import { ApiKeyService } from './api-key.service.js';
import { BootstrapService } from './bootstrap.service.js';
import { ErasedAccounts } from './erased-accounts.js';
import { KeyUse } from './key-use.js';
import { AlertFeedHead, Organization, OrganizationGate } from './organization.js';
import { OrganizationResolver, type Features } from './organization.resolver.js';
import { OrganizationService } from './organization.service.js';
import { TokenResolver } from './token.resolver.js';
import { TokenService } from './token.service.js';
import { TokenRevocation } from './token-revocation.js';
import { TokenSubject } from './token-subject.js';
import { ViewerResolver } from './viewer.resolver.js';
import { ViewerService } from './viewer.service.js';

export const IDENTITY_ENTITIES = [
  Organization,
  OrganizationGate,
  AlertFeedHead,
  Account,
  AccountTeam,
  ApiKey,
  Installation,
  TokenRevocation,
  TokenSubject,
];

/** What identity stands on. */
export interface IdentityGround {
  readonly orm: MikroORM;
  readonly writer: Pool;
  readonly clock: Clock;
  readonly lanes: Lanes;
  readonly log: Logger;
  /** Whose tokens are taken; undefined: nobody's. */
  readonly tokens: TokenConfig | undefined;
  /** A MONTH, HARD budget for each user that is made; undefined: none. */
  readonly defaultMonthlyBudgetPicoUsd: bigint | undefined;
}

export type IdentityServices = ReturnType<typeof makeIdentity>;

export function makeIdentity(ground: IdentityGround) {
  const { orm, writer, clock, lanes, log, defaultMonthlyBudgetPicoUsd } = ground;
  const directory = new AccountDirectory(lanes, defaultMonthlyBudgetPicoUsd);
  const erasedAccounts = new ErasedAccounts(writer, directory, log);
  const accounts = new AccountService(directory);
  const keyUse = new KeyUse(writer, log);
  const apiKeys = new ApiKeyService(writer, clock, accounts, keyUse);
  const tokens = new TokenService(ground);
  const admission = new Admission(clock, apiKeys, tokens);
  const organizations = new OrganizationService(apiKeys);
  const bootstrap = new BootstrapService(orm, writer, clock, organizations, apiKeys);
  const viewers = new ViewerService(accounts);
  return { directory, erasedAccounts, accounts, keyUse, apiKeys, tokens, admission, organizations, bootstrap, viewers };
}

export function identityResolvers(services: IdentityServices, features: Features): [ResolverClass, object][] {
  return [
    [OrganizationResolver, new OrganizationResolver(services.organizations, features)],
    [ViewerResolver, new ViewerResolver(services.viewers)],
    [AccountResolver, new AccountResolver(services.accounts)],
    [ApiKeyResolver, new ApiKeyResolver(services.apiKeys)],
    [TokenResolver, new TokenResolver(services.tokens)],
  ];
}
