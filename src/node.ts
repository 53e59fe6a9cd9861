/** What an opaque id stands for, whatever its type. */
import { Field, ID, InterfaceType } from 'type-graphql';
import { ApiError } from './errors.js';
import { decodeId, type NodeTag } from './node-id.js';
import type { Operation } from './operation.js';

const TYPES: Readonly<Record<NodeTag, string>> = {
  account: 'Account',
  alert: 'Alert',
  apikey: 'ApiKey',
  auditentry: 'AuditEntry',
  budget: 'Budget',
  creditgrant: 'CreditGrant',
  creditnote: 'CreditNote',
  invoice: 'Invoice',
  model: 'Model',
  organization: 'Organization',
  payment: 'Payment',
  paymentmethod: 'PaymentMethod',
  plan: 'Plan',
  pricing: 'Pricing',
  reprice: 'Reprice',
  reservation: 'Reservation',
  subscription: 'PlanSubscription',
  usage: 'UsageRecord',
};

/** The type of what was found: rows of the price book are plain copies, which do not know theirs. */
const typeNames = new WeakMap<object, string>();

@InterfaceType({
  description: 'Whatever has an opaque id, and can be found by it again with `node`.',
  resolveType: (found: object) => typeNames.get(found),
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque id.' })
  id!: string;
}

/** Finds one row by the key in its id, as far as the principal may see it. Denies as every service method does. */
export type FindNode = (operation: Operation, key: string) => Promise<object | null | undefined>;

export class NodeService {
  readonly #finders: ReadonlyMap<string, { readonly find: FindNode; readonly type: string }>;

  /** @param authorize denies whoever may look for nothing by an id */
  constructor(
    finders: Readonly<Record<NodeTag, FindNode>>,
    private readonly authorize: (operation: Operation) => void,
  ) {
    this.#finders = new Map(Object.entries(finders).map(([tag, find]) => [tag, { find, type: TYPES[tag as NodeTag] }]));
  }

  /** Missing, foreign, forbidden and malformed answer null alike. */
  async find(operation: Operation, id: string): Promise<object | null> {
    this.authorize(operation);
    const decoded = decodeId(id);
    const finder = decoded && this.#finders.get(decoded.tag);
    if (!decoded || !finder) return null;
    try {
      const found = (await finder.find(operation, decoded.key)) ?? null;
      if (found) typeNames.set(found, finder.type);
      return found;
    } catch (error) {
      if (error instanceof ApiError && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND')) return null;
      throw error;
    }
  }
}
