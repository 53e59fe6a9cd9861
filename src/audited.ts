/** Which rows the audit trail tells of, and what of them. Every table of an organization is here, or in NOT_AUDITED. */
import type { NodeTag } from './node-id.js';

interface Audited {
  /** Its description in the schema. */
  readonly says: string;
  /** Where `node` finds it: the key is that of the opaque id. */
  readonly tag?: NodeTag;
  /** Of people, or secrets: that they changed is told, not to what. */
  readonly hidden?: readonly string[];
  /** When the server looks again and the like: no fact. */
  readonly omitted?: readonly string[];
}

export const AUDITED: Readonly<Record<string, Audited>> = {
  organization: { says: 'The organization itself.', tag: 'organization', hidden: ['name'] },
  account: { says: 'An account.', tag: 'account', hidden: ['externalId', 'name'] },
  api_key: { says: 'An API key.', tag: 'apikey', hidden: ['name'], omitted: ['hash', 'lastUsedAt'] },
  token_revocation: { says: 'Since when the tokens of a subject are refused, by the id that it has as an actor.' },
  pricing: { says: "A price version of the organization's own.", tag: 'pricing' },
  model: { says: "A model of the organization's own.", tag: 'model', omitted: ['place'] },
  price_import: { says: 'An import of prices into the catalogue.' },
  account_markup: { says: 'The markups of an account, by its subscription.' },
  budget: { says: 'A budget.', tag: 'budget', omitted: ['beginsAt', 'modelsKey', 'rank', 'zone'] },
  plan: { says: 'A plan.', tag: 'plan' },
  subscription: { says: 'A subscription.', tag: 'subscription', omitted: ['nextInvoiceDay'] },
  subscription_terms: { says: 'The terms of a subscription from a day on.', omitted: ['allowancesDroppedFor'] },
  invoice: {
    says: 'An invoice.',
    tag: 'invoice',
    hidden: ['parties', 'accessKey'],
    omitted: ['collectAt', 'enforceAt', 'attempts', 'failedAttempts'],
  },
  credit_note: { says: 'A credit note.', tag: 'creditnote', hidden: ['refundReference'], omitted: ['contentHash'] },
  credit_grant: { says: 'A credit grant.', tag: 'creditgrant', omitted: ['contentHash'] },
  credit_use: { says: 'What an invoice took of a credit grant.' },
  billing_profile: { says: 'Who an account is to an invoice.', hidden: ['legalName', 'address', 'taxId'] },
  payment: {
    says: 'A payment.',
    tag: 'payment',
    hidden: ['processorKey', 'processorOrder', 'processorRef', 'reference'],
    omitted: ['contentHash', 'sentAt', 'lookAt', 'processorRefIndex'],
  },
  payment_limit: { says: 'The least and the most of one payment in a currency.' },
  payment_method: {
    says: 'A payment method.',
    tag: 'paymentmethod',
    hidden: ['ref', 'fingerprint', 'last4', 'expMonth', 'expYear'],
    omitted: ['refIndex'],
  },
  processor_customer: { says: 'Who an account is to a payment processor.', hidden: ['ref'], omitted: ['refIndex'] },
  refund: {
    says: 'A refund.',
    hidden: ['processorKey', 'processorRef'],
    omitted: ['sentAt', 'lookAt', 'processorKeyIndex', 'processorRefIndex'],
  },
  dispute: { says: 'A dispute.', hidden: ['processorRef'], omitted: ['processorRefIndex'] },
};

/** Tables of an organization that the trail is silent about, each with the reason. */
export const NOT_AUDITED: Readonly<Record<string, string>> = {
  organization_gate: 'a lock and two counters',
  token_subject: 'who an actor of the trail is; it never changes',
  account_team: 'where accounts have been, for finding their records; Account tells of each move',
  budget_period: 'counters; what a person sets of them stands in Budget',
  reservation: 'usage, not a setting',
  reservation_key: 'usage, not a setting',
  usage_record: 'covered by the chain of digests',
  usage_correction: 'covered by the chain of digests',
  usage_rollup: 'sums of records, which verify compares',
  usage_digest: 'a chain itself',
  usage_digest_head: 'the head of a chain',
  reprice: 'says itself who, when and what; its corrections are in the chain of digests',
  invoice_line: 'made with its invoice and never changed; the sums are in Invoice',
  invoice_tax: 'made with its invoice and never changed; the sum is in Invoice',
  invoice_counter: 'a counter; the numbers are in Invoice',
  method_fingerprint: 'who had a card first; the card is in PaymentMethod',
  alert_feed: 'a counter',
  alert: 'what happened, not a setting',
  audit_entry: 'the trail itself',
  audit_head: 'the head of the trail',
};
