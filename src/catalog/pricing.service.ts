import type { EntityManager } from '@mikro-orm/postgresql';
import { badInput } from '../errors.js';
import { lockGate } from '../identity/gate.sql.js';
import { OrganizationGate } from '../identity/organization.js';
import { authorize } from '../identity/permission.js';
import { newId } from '../node-id.js';
import type { Operation } from '../operation.js';
import { checkPricing, type CheckedPricing } from './check-pricing.js';
import { Model } from './model.js';
import type { BookPricing, PriceBook, PriceSnapshot } from './price-book.js';
import { BEGINNING_OF_TIME, MAX_AHEAD_MS, Pricing } from './pricing.js';
import { rateCardFromJson, rateCardToJson, sameRates } from './rate.js';
import type { SetPricingInput } from './set-pricing-input.js';

export class PricingService {
  constructor(private readonly book: PriceBook) {}

  /**
   * Writes a price version of the organization's own; what is in effect is never edited. The same price again writes
   * nothing. Holds the gate, so that no call is counted by a price that changes meanwhile.
   */
  async set(operation: Operation, input: SetPricingInput): Promise<BookPricing> {
    authorize(operation, 'pricing.write');
    const checked = checkPricing(input);
    const { organizationId } = operation.principal;
    const prices = await this.book.refresh(organizationId);
    const catalogued = prices.inCatalogue(checked);
    if (catalogued && checked.displayName !== undefined) throw badInput(['input', 'displayName'], CATALOGUED);
    if (catalogued && checked.match !== undefined) throw badInput(['input', 'aliases'], CATALOGUED);
    const em = await operation.em();
    await lockGate(em, organizationId);
    const target = catalogued ?? (await this.#ownModel(operation, em, checked, prices));
    const row = await this.#write(operation, em, { ...checked, provider: target.provider, name: target.name }, prices);
    const isChanged = await this.#flush(em, organizationId);
    // What is announced must be there for everybody, so the transaction ends here.
    await operation.commit();
    if (isChanged) await this.book.pricesChanged(organizationId);
    const written = (await this.book.refresh(organizationId)).pricingById(row.id);
    if (!written) throw new Error('A price that was written is not in the book.');
    return written;
  }

  /** Writes what changed, if anything, and with it the version that recording compares its prices by. */
  async #flush(em: EntityManager, organizationId: string): Promise<boolean> {
    const work = em.getUnitOfWork();
    work.computeChangeSets();
    if (work.getChangeSets().length === 0) return false;
    const gate = await em.findOneOrFail(OrganizationGate, { organizationId });
    gate.priceVersion += 1n;
    await em.flush();
    return true;
  }

  /** The organization's own model of this name, made or changed. */
  async #ownModel(
    operation: Operation,
    em: EntityManager,
    { provider, name, displayName, match }: CheckedPricing,
    prices: PriceSnapshot,
  ): Promise<Model> {
    const { organizationId } = operation.principal;
    const named = prices.findProvider(provider)?.provider ?? provider;
    const own = await em.find(Model, { organizationId, provider: named });
    const known = own.find((model) => model.name.toLowerCase() === name.toLowerCase());
    if (known) {
      if (displayName !== undefined) known.displayName = displayName;
      if (match !== undefined) known.match = match;
      return known;
    }
    const model = em.create(Model, {
      organizationId,
      id: newId(),
      provider: named,
      name,
      displayName: displayName ?? name,
      description: null,
      match: match ?? null,
      contextWindow: null,
      deprecated: false,
      place: 0,
      retiredAt: null,
      createdAt: operation.now,
    });
    em.persist(model);
    return model;
  }

  async #write(
    operation: Operation,
    em: EntityManager,
    { provider, name, card, effectiveFrom }: CheckedPricing,
    prices: PriceSnapshot,
  ): Promise<Pricing> {
    const { organizationId } = operation.principal;
    const now = operation.now;
    const own = await em.find(
      Pricing,
      { organizationId, provider, model: name },
      { orderBy: { effectiveFrom: 'desc' } },
    );
    const hasPrice = own.length > 0 || prices.pricingsOf({ provider, name }).length > 0;
    const from = effectiveFrom ?? (hasPrice ? now : BEGINNING_OF_TIME);
    const same = (row: Pricing) => sameRates(rateCardFromJson(row.card), card);
    const inForce = own.find((row) => row.effectiveFrom <= from);
    if (inForce && effectiveFrom === undefined && same(inForce)) return inForce;
    const taken = own.find((row) => row.effectiveFrom.getTime() === from.getTime());
    if (taken && same(taken)) return taken;
    if (taken && from.getTime() <= now.getTime() + MAX_AHEAD_MS) {
      throw badInput(
        ['input', 'effectiveFrom'],
        'This model has another price from that instant on, which is never edited; choose a later instant.',
      );
    }
    // Removed before the new row is written: both have the same instant.
    if (taken) await em.remove(taken).flush();
    const row = em.create(Pricing, {
      organizationId,
      id: newId(),
      provider,
      model: name,
      effectiveFrom: from,
      card: rateCardToJson(card),
      importId: null,
      createdAt: now,
    });
    em.persist(row);
    return row;
  }
}

const CATALOGUED = 'The catalogue has this model and says what it is called; only its price can be overridden.';
