/** What the model asks for and the generated operations do not. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';

interface Decided {
  readonly outcome: string;
  readonly reason: string;
  readonly wouldDeny: boolean;
  readonly asked: string | null;
  readonly remaining: string | null;
  readonly budget: { readonly name: string | null } | null;
}
export interface StatusRow {
  readonly name: string;
  readonly limit: string;
  readonly spent: string;
  readonly held: string;
  readonly remaining: string;
  readonly percent: number;
  readonly enforcement: string;
  readonly thresholds: readonly number[];
  readonly wouldDenyCount: number;
  readonly graceUntil: string | null;
  readonly denies: boolean;
}
interface Status {
  readonly budgets: readonly StatusRow[];
}

const ACCOUNTS = {
  ada: 'userId: "ada"',
  bob: 'userId: "bob"',
  cy: 'userId: "cy"',
  red: 'teamId: "red"',
  blue: 'teamId: "blue"',
  r1: 'runId: "r1"',
  r2: 'runId: "r2"',
};
export type AccountAlias = keyof typeof ACCOUNTS | 'organization';

const BUDGETS = `{ budgets { name limit spent held remaining percent enforcement thresholds wouldDenyCount graceUntil denies } }`;
const DECISION = `outcome reason wouldDeny asked remaining budget { name }`;

/** Of every account, in one operation. */
export const EveryStatusDocument = parse(`query {
  organization: budgetStatus ${BUDGETS}
  ${Object.entries(ACCOUNTS)
    .map(([alias, account]) => `${alias}: budgetStatus(${account}) ${BUDGETS}`)
    .join('\n')}
}`) as TypedDocumentNode<Record<AccountAlias, Status>, Record<string, never>>;

export const CheckDocument = parse(
  `query ($input: CheckBudgetInput!) { checkBudget(input: $input) { ${DECISION} } }`,
) as TypedDocumentNode<{ checkBudget: Decided }, { input: object }>;

export const DeductDocument = parse(`mutation ($input: DeductFromBudgetInput!) {
  deductFromBudget(input: $input) {
    usageRecord { id charge budgetAt runId } replayed budgets { name spent held } decision { ${DECISION} }
  }
}`) as TypedDocumentNode<
  {
    deductFromBudget: {
      readonly usageRecord: {
        readonly id: string;
        readonly charge: string | null;
        readonly budgetAt: string;
        readonly runId: string | null;
      } | null;
      readonly replayed: boolean;
      readonly budgets: readonly { readonly name: string; readonly spent: string; readonly held: string }[];
      readonly decision: Decided | null;
    };
  },
  { input: object }
>;
