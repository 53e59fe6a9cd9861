/** Money spent through the public door, and tenants of their own to spend it. */
import { v7 as newId } from 'uuid';
import { CreateOrganizationDocument, SpendDocument } from './generated/operations.js';
import type { World } from './world.js';

/** The ADMIN key of a new organization. */
export async function newTenant(world: World, zone = 'UTC'): Promise<string> {
  const made = await world.ask(CreateOrganizationDocument, { input: { name: 'Tenant', zone } });
  return made.createOrganization.apiKeyValue;
}

export interface Spending {
  readonly userId?: string;
  readonly teamId?: string;
  /** USD. */
  readonly amount: string;
  readonly occurredAt?: string;
}

/** Books an amount whatever the budgets say, and answers with the budgets that it counted on. */
export async function spend(world: World, key: string, spending: Spending) {
  const input = { ...spending, idempotencyKey: newId(), onlyIfFits: false };
  const { deductFromBudget } = await world.ask(SpendDocument, { input }, key);
  return deductFromBudget.budgets;
}
