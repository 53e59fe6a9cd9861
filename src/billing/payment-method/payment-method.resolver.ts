import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../../context.js';
import { Account } from '../../identity/account.js';
import type { AccountService } from '../../identity/account.service.js';
import { encodeId } from '../../node-id.js';
import { Requires } from '../../requires.js';
import { Payment } from '../payment/payment.js';
import {
  PaymentMethodSetup,
  RemovePaymentMethodInput,
  SetDefaultPaymentMethodInput,
  StartPaymentMethodSetupInput,
} from './payment-method-input.js';
import { PaymentMethod } from './payment-method.js';
import type { PaymentMethodService } from './payment-method.service.js';

@Resolver(() => PaymentMethod)
export class PaymentMethodResolver {
  constructor(
    private readonly service: PaymentMethodService,
    private readonly accounts: AccountService,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() { id }: PaymentMethod): string {
    return encodeId('paymentmethod', id);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, { description: 'Who pays by it.' })
  account(@Root() { accountId }: PaymentMethod, @Ctx() context: Context): Promise<Account> {
    return this.accounts.byId(context.operation, accountId);
  }

  @Requires('account.read')
  @FieldResolver(() => Account, {
    nullable: true,
    description:
      'Who kept the same card or bank account before, so that the account of this one has no trial and no included credit of its plan; null where that is not so.',
  })
  sharedWith(@Root() { sharedWith }: PaymentMethod, @Ctx() context: Context): Promise<Account> | null {
    return sharedWith === null ? null : this.accounts.byId(context.operation, sharedWith);
  }

  @Requires('billing.write')
  @Mutation(() => PaymentMethodSetup, {
    description:
      'Begins to keep a card or bank account of an account at the payment processor, which a browser finishes. The first one that is kept is the default. Requires billing.write. Errors: BAD_USER_INPUT, FORBIDDEN, SERVICE_UNAVAILABLE where the processor gives no answer, FEATURE_DISABLED.',
  })
  startPaymentMethodSetup(
    @Arg('input', () => StartPaymentMethodSetupInput, { description: 'The account.' })
    input: StartPaymentMethodSetupInput,
    @Ctx() context: Context,
  ): Promise<PaymentMethodSetup> {
    return this.service.startSetup(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => PaymentMethod, {
    description:
      'Says what invoices of an account are collected from. Where it is another than before, those that are open are collected at once, also those whose retries are used up; payments that are under way go on. The same again changes nothing. Requires billing.write. Errors: BAD_USER_INPUT, NOT_FOUND (also where it is no method of the account, or its setup is not finished), FORBIDDEN, SERVICE_UNAVAILABLE where the processor gives no answer, FEATURE_DISABLED.',
  })
  setDefaultPaymentMethod(
    @Arg('input', () => SetDefaultPaymentMethodInput, { description: 'The account, and what it pays by.' })
    input: SetDefaultPaymentMethodInput,
    @Ctx() context: Context,
  ): Promise<PaymentMethod> {
    return this.service.setDefault(context.operation, input);
  }

  @Requires('billing.write')
  @Mutation(() => PaymentMethod, {
    description:
      'Takes a payment method from its account, here and at the processor: nothing is collected from it any more. No other becomes the default. A payment that is under way goes on. Again is no error. Requires billing.write. Errors: NOT_FOUND, FORBIDDEN, SERVICE_UNAVAILABLE where the processor gives no answer, FEATURE_DISABLED.',
  })
  removePaymentMethod(
    @Arg('input', () => RemovePaymentMethodInput, { description: 'Which one.' }) input: RemovePaymentMethodInput,
    @Ctx() context: Context,
  ): Promise<PaymentMethod> {
    return this.service.remove(context.operation, input);
  }

  @Requires('billing.read')
  @Query(() => [PaymentMethod], {
    description:
      'What an account can pay by, the default first. Without userId and teamId: the organization. Requires billing.read. Errors: BAD_USER_INPUT, FORBIDDEN, FEATURE_DISABLED.',
  })
  paymentMethods(
    @Arg('userId', () => String, { nullable: true, description: 'The user.' }) userId: string | null | undefined,
    @Arg('teamId', () => String, { nullable: true, description: 'The team. Not beside userId.' })
    teamId: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<PaymentMethod[]> {
    return this.service.list(context.operation, { userId, teamId });
  }
}

@Resolver(() => Payment)
export class MethodOfPaymentResolver {
  constructor(private readonly service: PaymentMethodService) {}

  @Requires('billing.read')
  @FieldResolver(() => PaymentMethod, {
    nullable: true,
    description:
      'What it was asked of, also where that was removed since; null where it came by hand, and where these books do not have it.',
  })
  method(@Root() { methodId }: Payment, @Ctx() context: Context): Promise<PaymentMethod | null> {
    return this.service.byId(context.operation, methodId);
  }
}
