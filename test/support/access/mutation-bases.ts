/** What is said beside the name that is tried, so that a mutation would do it if the name were good. */
import { v7 as newId } from 'uuid';
import { acceptedIn } from '../accepted-inputs.js';
import { BOTH, type AccessWorld } from './access-world.js';
import { at, withAt, type Variables } from './asking.js';
import type { NamingPlace } from './targets.js';

/** What a name at a place needs beside it. */
const BESIDE: Readonly<Record<string, object>> = {
  'PayInvoiceInput.paymentMethodId': { by: 'PAYMENT_METHOD' },
  'RecordUsageInput.reservationId': { userId: BOTH.user },
  'RecordProviderUsageInput.reservationId': { userId: BOTH.user },
  'EraseAccountInput.account': { userId: undefined },
  'EraseAccountInput.userId': { account: undefined },
  'CreateApiKeyInput.userId': { roles: ['MEMBER'] },
  'CreateApiKeyInput.teamId': { roles: ['MEMBER'] },
};

type Prepare = () => Promise<object>;

export class MutationBases {
  #made = 0;

  private constructor(
    private readonly access: AccessWorld,
    private readonly accepted: Readonly<Record<string, object>>,
  ) {}

  static async make(access: AccessWorld): Promise<MutationBases> {
    return new MutationBases(access, await acceptedIn(access.world, access.stripe));
  }

  /** The mutations that take an input. */
  get fields(): readonly string[] {
    return Object.keys(this.accepted);
  }

  /** Under a key of its own; where it is to be done, on a row of its own where one would be used up. */
  async of(place: NamingPlace, doing: 'TO_BE_DONE' | 'REFUSED'): Promise<Variables> {
    const { field, declared, way } = place;
    if (way[0] !== 'input') return {};
    const accepted = this.accepted[field];
    if (!accepted) throw new Error(`There is no accepted input of ${field}.`);
    const prepare = doing === 'TO_BE_DONE' ? (this.#prepares[declared] ?? this.#prepares[field]) : undefined;
    const input = { ...accepted, ...(await prepare?.()) };
    const around = way.slice(0, -1);
    const beside = { ...Object(at({ input }, around)), ...BESIDE[declared] } as object;
    const given = withAt({ input }, around, beside);
    return ['idempotencyKey', 'items'].reduce<Variables>((all, name) => this.#renewed(all, name), given as Variables);
  }

  #renewed(given: Variables, name: string): Variables {
    const way = name === 'items' ? ['input', 'items', 0, 'idempotencyKey'] : ['input', name];
    return at(given, way) === undefined ? given : (withAt(given, way, newId()) as Variables);
  }

  /** Of the first account, each time another. */
  readonly #prepares: Readonly<Record<string, Prepare>> = {
    correctUsage: async () => {
      const input = { idempotencyKey: newId(), userId: 'ada', model: 'gpt-4o', promptTokens: 1 };
      const recorded = await this.access.ours.ask('recordUsage', { input });
      return { usageRecordId: at(recorded, ['usageRecord', 'id']) };
    },
    extendReservation: async () => {
      const input = { idempotencyKey: newId(), amount: '0.01' };
      const reserved = await this.access.ours.ask('reserveBudget', { input });
      return { reservationId: at(reserved, ['reservation', 'id']) };
    },
    payInvoice: async () => {
      const invoiceId = await this.#invoice(this.#newUser());
      return { invoiceId, amount: '0.5', idempotencyKey: newId() };
    },
    subscribe: async () => ({ userId: this.#newUser() }),
    createCreditNote: async () => ({ invoiceId: await this.#invoice(this.#newUser()) }),
    'EraseAccountInput.account': async () => {
      const input = { kind: 'USER', externalId: this.#newUser() };
      return { account: at(await this.access.ours.ask('setAccount', { input }), ['id']) };
    },
    'PayInvoiceInput.paymentMethodId': async () => {
      const { access } = this;
      const userId = this.#newUser();
      const setup = await access.ours.ask('startPaymentMethodSetup', { input: { userId } });
      const { id: paymentMethodId } = access.stripe.completeSetup(String(at(setup, ['setupId'])));
      const kept = await access.ours.ask('setDefaultPaymentMethod', { input: { userId, paymentMethodId } });
      return { invoiceId: await this.#invoice(userId), paymentMethodId: at(kept, ['id']) };
    },
  };

  #newUser(): string {
    return `payer-${String((this.#made += 1)).padStart(4, '0')}`;
  }

  async #invoice(userId: string): Promise<unknown> {
    const { ask } = this.access.ours;
    const subscriptionId = at(await ask('subscribe', { input: { userId, plan: 'plan-both' } }), ['id']);
    const invoiceId = at(await ask('createInvoice', { input: { subscriptionId } }), ['id']);
    await ask('finalizeInvoice', { input: { invoiceId } });
    return invoiceId;
  }
}
