import { isDeepStrictEqual } from 'node:util';
import DataLoader from 'dataloader';
import { validate } from 'uuid';
import { badInput, featureDisabled, notFound } from '../../errors.js';
import { lockGate } from '../../identity/gate.sql.js';
import { authorize } from '../../identity/permission.js';
import { encodeId, newId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { keyAfter, pageOf, pageSize, type Page } from '../../page.js';
import { todayOf } from '../subscription/billing-period.sql.js';
import { checkPlan } from './check-plan.js';
import type { SetPlanInput } from './plan-input.js';
import { Plan } from './plan.js';
import { termsFromJson, termsToJson } from './plan-terms.js';
import { quote, type QuotedUsageInput, type TieredCharge } from './tiered-charge.js';

const MAX_QUOTED = 100;

export class PlanService {
  constructor(private readonly isOn: boolean) {}

  /** Makes or changes a plan; who is on it stays on the terms that it had. */
  async set(operation: Operation, input: SetPlanInput): Promise<Plan> {
    authorize(operation, 'billing.write');
    assertBilling(this.isOn);
    const { organizationId } = operation.principal;
    const em = await operation.em();
    const { code, name, terms } = checkPlan(input, await todayOf(operation));
    // Two that make the same plan at once come one after the other.
    await lockGate(em, organizationId);
    const known = await em.findOne(Plan, { organizationId, code });
    if (!known) {
      const made = { organizationId, id: newId(), code, name, terms: termsToJson(terms) };
      const plan = em.create(Plan, { ...made, createdAt: operation.now, changedAt: operation.now });
      await em.persist(plan).flush();
      return plan;
    }
    if (known.name === name && isDeepStrictEqual(termsFromJson(known.terms), terms)) return known;
    known.name = name;
    known.terms = termsToJson(terms);
    known.changedAt = operation.now;
    await em.flush();
    return known;
  }

  /** By its code; null where there is none. */
  async find(operation: Operation, code: string): Promise<Plan | null> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const em = await operation.em();
    return em.findOne(Plan, { organizationId: operation.principal.organizationId, code });
  }

  /** What the tiers of a plan would make of a period's quantities. */
  async quote(operation: Operation, code: string, usage: readonly QuotedUsageInput[]): Promise<TieredCharge[]> {
    const plan = await this.find(operation, code);
    if (!plan) throw notFound('The plan');
    if (usage.length > MAX_QUOTED) throw badInput(['usage'], `At most ${MAX_QUOTED} at once.`);
    return quote(termsFromJson(plan.terms), usage, ['usage']);
  }

  /** In the order of their making. */
  async list(operation: Operation, first?: number | null, after?: string | null): Promise<Page<Plan>> {
    authorize(operation, 'billing.read');
    assertBilling(this.isOn);
    const size = pageSize(first);
    const from = keyAfter('plan', after);
    const em = await operation.em();
    const { organizationId } = operation.principal;
    const where = { organizationId, ...(from !== undefined && { id: { $gt: from } }) };
    const found = await em.find(Plan, where, { orderBy: { id: 'asc' }, limit: size + 1 });
    return pageOf(found, size, after, ({ id }) => encodeId('plan', id));
  }

  /** Batched over all look-ups of an operation. */
  async byId(operation: Operation, id: string): Promise<Plan> {
    authorize(operation, 'billing.read');
    const plan = await operation.loader(PlanService, planLoader).load(id);
    if (!plan) throw new Error('A plan that a subscription is on is not there.');
    return plan;
  }

  /** By the key in an opaque id. */
  async findNode(operation: Operation, key: string): Promise<Plan | null> {
    authorize(operation, 'billing.read');
    return this.isOn && validate(key) ? operation.loader(PlanService, planLoader).load(key) : null;
  }
}

/** @throws ApiError FEATURE_DISABLED */
export function assertBilling(isOn: boolean): void {
  if (!isOn) throw featureDisabled('ENABLE_BILLING');
}

function planLoader(operation: Operation): DataLoader<string, Plan | null> {
  return new DataLoader(async (ids) => {
    const em = await operation.em();
    const found = await em.find(Plan, { organizationId: operation.principal.organizationId, id: { $in: [...ids] } });
    const byId = new Map(found.map((plan) => [plan.id, plan]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
