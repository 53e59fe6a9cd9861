import { registerEnumType } from 'type-graphql';

/** Also the values of the setting DUNNING_ACTION. */
export enum DunningAction {
  NONE = 'NONE',
  DISABLE_ACCOUNT = 'DISABLE_ACCOUNT',
}

registerEnumType(DunningAction, {
  name: 'DunningAction',
  description: 'What is done with an account whose invoice could not be collected, once its grace is over.',
  valuesConfig: {
    NONE: { description: 'Nothing: the invoice stays open.' },
    DISABLE_ACCOUNT: {
      description:
        'The account is disabled: its reservations, and those of accounts below it, are denied until the invoice is settled. Where the organization itself pays, that is everybody.',
    },
  },
});
