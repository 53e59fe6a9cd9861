/** A caller of the reservation protocol: one organization's key at one server. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { v7 as newId } from 'uuid';
import {
  AlertsDocument,
  BudgetStatusDocument,
  DeductFromBudgetDocument,
  ExtendReservationDocument,
  ReleaseReservationDocument,
  ReservationByIdDocument,
  ReserveBudgetDocument,
  SetBudgetDocument,
  SetPricingDocument,
  SettleDocument,
  type DeductFromBudgetInput,
  type ExtendReservationInput,
  type RecordUsageInput,
  type ReserveBudgetInput,
  type SetBudgetInput,
  type SetPricingInput,
} from './generated/operations.js';
import { newTenant } from './spending.js';
import { post, type Answer, type World } from './world.js';

export class Caller {
  constructor(
    private readonly url: string,
    readonly key: string,
  ) {}

  /** The same at another server. */
  at({ url }: { readonly url: string }): Caller {
    return new Caller(url, this.key);
  }

  send<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<Answer<T>> {
    return post<T>(this.url, { query: print(document), variables }, this.key);
  }

  async ask<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T> {
    const { data, errors } = await this.send(document, variables);
    if (errors || !data) throw new Error(`Not answered: ${JSON.stringify(errors)}`);
    return data;
  }

  async codeOf<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<unknown> {
    return (await this.send(document, variables)).errors?.[0]?.extensions['code'];
  }

  /** 10 USD a month, HARD, without alerts, unless said. */
  async setBudget(input: Partial<SetBudgetInput> = {}) {
    const whole: SetBudgetInput = { period: 'MONTH', limit: '10', enforcement: 'HARD', thresholds: [], ...input };
    return (await this.ask(SetBudgetDocument, { input: whole })).setBudget;
  }

  async setPricing(input: SetPricingInput) {
    return (await this.ask(SetPricingDocument, { input })).setPricing;
  }

  /** For `ada`, under a new key, unless said. */
  async reserve(input: Partial<ReserveBudgetInput>) {
    const asked = { idempotencyKey: newId(), userId: 'ada', ...input };
    return (await this.ask(ReserveBudgetDocument, { input: asked })).reserveBudget;
  }

  /** The id of a reservation that must be granted. */
  async held(amount: string, input: Partial<ReserveBudgetInput> = {}): Promise<string> {
    const { reservation } = await this.reserve({ amount, ...input });
    if (!reservation) throw new Error('It was denied.');
    return reservation.id;
  }

  async extend(input: Omit<ExtendReservationInput, 'idempotencyKey'> & { idempotencyKey?: string }) {
    const asked = { idempotencyKey: newId(), ...input };
    return (await this.ask(ExtendReservationDocument, { input: asked })).extendReservation;
  }

  async release(reservationId: string) {
    return (await this.ask(ReleaseReservationDocument, { input: { reservationId } })).releaseReservation;
  }

  async record(input: Partial<RecordUsageInput>) {
    const used = { idempotencyKey: newId(), model: 'gpt-4o', ...input };
    return (await this.ask(SettleDocument, { input: used })).recordUsage;
  }

  /** `gpt-4o`: 400,000 input tokens are 1 USD. */
  settle(reservationId: string, usd: number, input: Partial<RecordUsageInput> = {}) {
    return this.record({ promptTokens: usd * 400_000, reservationId, ...input });
  }

  /** For `ada` and only where it fits, unless said. */
  async deduct(input: Partial<DeductFromBudgetInput> & { amount: string }) {
    const whole = { idempotencyKey: newId(), userId: 'ada', onlyIfFits: true, ...input };
    return (await this.ask(DeductFromBudgetDocument, { input: whole })).deductFromBudget;
  }

  async stateOf(id: string): Promise<string | undefined> {
    const { node } = await this.ask(ReservationByIdDocument, { id });
    return node && 'state' in node ? node.state : undefined;
  }

  /** Every budget above an account, `ada` unless said, nearest first. */
  async budgets(variables: { userId?: string; teamId?: string; runId?: string } = { userId: 'ada' }) {
    return (await this.ask(BudgetStatusDocument, variables)).budgetStatus.budgets;
  }

  /** What each of them has spent and holds. */
  async rows(variables?: { userId?: string; teamId?: string; runId?: string }) {
    return (await this.budgets(variables)).map(({ spent, held }) => ({ spent, held }));
  }

  /** Oldest first. */
  async alerts() {
    const { alerts } = await this.ask(AlertsDocument, { first: 200 });
    return alerts.edges.map(({ node }) => node).reverse();
  }
}

/** One of an organization of its own. */
export async function newCaller(world: World, zone?: string): Promise<Caller> {
  return new Caller(world.server.url, await newTenant(world, zone));
}
