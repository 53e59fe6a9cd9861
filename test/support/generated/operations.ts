/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The four fixed levels of who spends, from the root down. */
export type AccountKind =
  /** The root: one per organization. */
  | 'ORGANIZATION'
  /** One agent run or session, of a user or of nobody. An account once it has a budget of its own. */
  | 'RUN'
  /** Users that share a budget. Teams do not nest. */
  | 'TEAM'
  /** One user of the caller; may belong to one team. */
  | 'USER';

/** Which alerts to list; what is left out does not narrow the list. */
export type AlertFilter = {
  /** Raised at this instant or later. */
  from?: string | null | undefined;
  /** Only this kind. */
  kind?: AlertKind | null | undefined;
  /** Only alerts about this agent run or session. Not beside userId or teamId. */
  runId?: string | null | undefined;
  /** Only alerts about this team, its users and their runs. Not beside userId. */
  teamId?: string | null | undefined;
  /** Raised before this instant. */
  to?: string | null | undefined;
  /** Only alerts about this user and its runs; the caller's own id of it. */
  userId?: string | null | undefined;
};

/** Why an alert was raised. More kinds may be added: treat one that you do not know as information. */
export type AlertKind =
  /** What is spent reached a threshold of a budget. Once per budget, period, threshold and limit: spending that falls below through a correction and rises again is silent, a changed limit arms all thresholds anew. */
  | 'BUDGET_THRESHOLD'
  /** A call cost more than was held for it. Once per reservation. */
  | 'RESERVATION_OVERRUN'
  /** Usage of a model without a known price was recorded. Once per model and local day. */
  | 'UNPRICED_USAGE';

/** A model under any name that a call may use: aliases and dated snapshots stand for the model that they resolve to. */
export type BudgetModelInput = {
  /** The name of the model, such as "gpt-4o", 1 to 255 characters. */
  name: string;
  /** The provider that is called, such as "openai", 1 to 255 characters without a slash. */
  provider: string;
};

/** The end of a subscription. Again is no error until it is over; an end is never put off. */
export type CancelSubscriptionInput = {
  /** Opaque id of the subscription. */
  subscriptionId: string;
  /** NOW: today is its last day. PERIOD_END: the last day of the period. */
  when?: ChangeTiming;
};

/** A change of what a subscription is on. It takes the place of changes that were still to come. */
export type ChangeSubscriptionInput = {
  /** What is other than the plan says; nothing that was other before is kept. */
  overrides?: PlanOverridesInput | null | undefined;
  /** Code of the plan, whose terms are taken as they are now; left out: the plan that it is on. */
  plan?: string | null | undefined;
  /** Opaque id of the subscription. */
  subscriptionId: string;
  /** When. Another interval or anchoring can begin only with a period, or on the first day of the subscription; another currency only on that day. */
  when?: ChangeTiming;
};

/** When a change of a subscription takes effect. */
export type ChangeTiming =
  /** Today. The period is billed by its days: those before, and those from today on. */
  | 'NOW'
  /** With the next billing period. */
  | 'PERIOD_END';

/** A call that somebody thinks of making. */
export type CheckBudgetInput = {
  /** USD that it would cost, 0 or more, in place of its tokens. */
  amount?: string | null | undefined;
  /** The most completion tokens that the call may make. Needed unless there is an amount. */
  maxCompletionTokens?: number | string | null | undefined;
  /** The model that would be called, 1 to 255 characters; budgets for listed models count only what resolves to one of them. */
  model?: string | null | undefined;
  /** The text of the prompt, at most 1 MiB of UTF-8. It is counted, and neither stored nor logged. */
  prompt?: string | null | undefined;
  /** All prompt tokens, cached ones included. Not beside prompt. */
  promptTokens?: number | string | null | undefined;
  /** The provider that would be called, 1 to 255 characters. */
  provider?: string | null | undefined;
  /** The agent run or session of the call, 1 to 255 characters: its budgets, where it has any, apply beside those of who spends. */
  runId?: string | null | undefined;
  /** Alone: the team that would spend. With userId: the team of a user that is not known yet. */
  teamId?: string | null | undefined;
  /** The user who would spend. Without userId and teamId: the organization. Nothing is made. */
  userId?: string | null | undefined;
};

/** Which record was wrong, and what it should have said: void or replacement, one of them. */
export type CorrectUsageInput = {
  /** The caller’s own key, 1 to 255 printable characters, of the same key space as recordUsage. It belongs to the record that is answered: the replacement, or the reversal of a void. */
  idempotencyKey: string;
  /** Why, 1 to 200 printable characters; kept for good. */
  reason: string;
  /** What stands in its place. */
  replacement?: UsageReplacementInput | null | undefined;
  /** The record. One that was corrected before is ALREADY_CORRECTED: correct its replacement. */
  usageRecordId: string;
  /** true: it is taken back, and nothing stands in its place. */
  void?: boolean | null | undefined;
};

/** A new API key. */
export type CreateApiKeyInput = {
  /** What it is for, 1 to 200 characters. */
  name: string;
  /** What it may do. MEMBER stands alone and needs an account. */
  roles: Array<Role>;
  /** Binds a MEMBER key to this team. */
  teamId?: string | null | undefined;
  /** Binds a MEMBER key to this user. */
  userId?: string | null | undefined;
};

/** An invoice that is due. */
export type CreateInvoiceInput = {
  /** Its place among those of the subscription, 0 or more: one that is there is answered as it is, so that it can be sent again. Left out: the first that is missing. */
  sequence?: number | null | undefined;
  /** Opaque id of the subscription. */
  subscriptionId: string;
};

/** A new organization. */
export type CreateOrganizationInput = {
  /** Display name, 1 to 200 characters. */
  name: string;
  /** IANA time zone, capitals as in "Europe/Berlin"; default UTC. Fixed once there is usage, a budget or a subscription. */
  zone?: string | null | undefined;
};

/** Whether a call may go ahead. */
export type DecisionOutcome =
  /** It may. */
  | 'ALLOWED'
  /** It may, because the budget that has no room for it is still in its grace. */
  | 'ALLOWED_BY_GRACE'
  /** It may not. */
  | 'DENIED';

/** Why a decision came out as it did. */
export type DecisionReason =
  /** The account, the run, its team or the organization is disabled. */
  | 'ACCOUNT_DISABLED'
  /** ENABLE_BUDGET_ENFORCEMENT is false: no budget refuses anything. */
  | 'ENFORCEMENT_OFF'
  /** There is room on every budget, or there is no budget. */
  | 'FITS'
  /** The model has no price, so nothing says what to hold: name an amount. */
  | 'MODEL_NOT_PRICED'
  /** A budget has no room for it. Only a HARD one refuses. */
  | 'OVER_LIMIT';

/** An amount that is not tokens, such as a tool call or a flat fee. */
export type DeductFromBudgetInput = {
  /** USD, 0 or more. It counts on budgets that are not limited to listed models. */
  amount: string;
  /** The caller’s own key of this call, 1 to 255 printable characters. The same key with the same content answers the same record again; with other content it is IDEMPOTENCY_CONFLICT. Keys that grow with time (uuid v7, ULID) are the fastest. */
  idempotencyKey: string;
  /** When the call ran; default now, or when it was reserved. It decides price and reports. Not before 2020-01-01 and at most 5 minutes ahead. */
  occurredAt?: string | null | undefined;
  /** true: nothing is booked where a HARD budget would be exceeded, and the decision says which. false: booked in any case. */
  onlyIfFits?: boolean;
  /** What it is for, 1 to 200 characters. */
  reason?: string | null | undefined;
  /** The caller’s id of the agent run or session, 1 to 255 characters. */
  runId?: string | null | undefined;
  /** Up to 20 tags, kept with the record. */
  tags?: Array<TagInput> | null | undefined;
  /** With userId: the team that a new user joins; a known user stays where it is. Alone: the team itself spends. */
  teamId?: string | null | undefined;
  /** The caller’s id of the user, 1 to 255 characters; made where it is new. */
  userId?: string | null | undefined;
};

/** What a budget does at its limit. Every kind counts, holds and raises alerts. */
export type Enforcement =
  /** Refuses what does not fit. Usage that happened is recorded all the same. */
  | 'HARD'
  /** Refuses nothing and says what HARD would have refused. */
  | 'SHADOW'
  /** Only raises alerts. */
  | 'SOFT';

/** A call that is about to be made. Say the prompt in one way: as `prompt`, as `messages`, as `promptTokens`, or only by `quantities`. */
export type EstimateCostInput = {
  /** The instant whose price is used; default now. */
  at?: string | null | undefined;
  /** Prompt tokens that will be read from a cache. */
  cacheReadTokens?: number | string | null | undefined;
  /** Prompt tokens that will be written to a cache. */
  cacheWriteTokens?: number | string | null | undefined;
  /** The completion tokens, where they are known; then the likely cost is the cost. */
  completionTokens?: number | string | null | undefined;
  /** The completion tokens that are likely; not beside completionTokens. */
  expectedCompletionTokens?: number | string | null | undefined;
  /** The most completion tokens that the call may make; the upper bound is worked out with it. */
  maxCompletionTokens?: number | string | null | undefined;
  /** The messages of a chat, at most 1,000, their texts together at most 1 MiB of UTF-8. */
  messages?: Array<PromptMessageInput> | null | undefined;
  /** The model as it will be called, 1 to 255 characters. */
  model: string;
  /** The text of the prompt, at most 1 MiB of UTF-8. It is counted, and neither stored nor logged. */
  prompt?: string | null | undefined;
  /** All prompt tokens, cached ones included. */
  promptTokens?: number | string | null | undefined;
  /** The provider that will be called, such as `openai`. */
  provider?: string | null | undefined;
  /** Other units; a unit may be given only once, also by its own field. */
  quantities?: Array<QuantityInput> | null | undefined;
  /** The same for a team’s own records. Not beside userId. */
  teamId?: string | null | undefined;
  /** The user who will call: the likely completion is the mean of its last 100 records of the model. */
  userId?: string | null | undefined;
};

/** More for a call that runs, such as a stream that goes on. */
export type ExtendReservationInput = {
  /** USD to hold in addition, 0 to 1000000000000. */
  amount: string;
  /** The caller’s own key, 1 to 255 printable characters, of one key space for reservations and their extensions. The same key with the same content answers what took effect then; with other content it is IDEMPOTENCY_CONFLICT. What was denied is not kept: the same key may be tried again. Keys that grow with time (uuid v7, ULID) are the fastest. */
  idempotencyKey: string;
  /** The reservation. */
  reservationId: string;
  /** Seconds from now for which it lives on at least, 1 to 86400; left out, its end stays. */
  ttlSeconds?: number | null | undefined;
};

/** Which invoice. */
export type InvoiceInput = {
  /** Opaque id of the invoice. */
  invoiceId: string;
};

/** What a line is for. */
export type InvoiceLineKind =
  /** Charges of an earlier period that came after its invoice, or were corrected since. */
  | 'ADJUSTMENT'
  /** The base fee, in advance. */
  | 'BASE_FEE'
  /** What the base fee of the period came to other than it was invoiced in advance: a change, or an end. */
  | 'BASE_FEE_CHANGE'
  /** What the invoice before came to below 0. */
  | 'CARRIED'
  /** Usage that is included. */
  | 'INCLUDED_CREDIT'
  /** Down to the maximum. */
  | 'MAXIMUM_SPEND'
  /** Up to the minimum. */
  | 'MINIMUM_SPEND'
  /** What such usage makes of a unit’s tiers in its own period. */
  | 'TIERED_ADJUSTMENT'
  /** A unit’s quantity in the period, by tiers. */
  | 'TIERED_USAGE'
  /** The charges of a model’s calls in the period. */
  | 'USAGE';

/** What has become of an invoice. */
export type InvoiceStatus =
  /** Made, without a number yet. */
  | 'DRAFT'
  /** Finalized: it has its number and is to be paid. */
  | 'OPEN'
  /** Paid, or nothing was to be paid. */
  | 'PAID'
  /** Nobody expects it to be paid any more; it may be all the same. */
  | 'UNCOLLECTIBLE'
  /** Taken back: its period can be invoiced again. */
  | 'VOID';

/** Where the completion tokens of a likely cost come from. */
export type LikelyBasis =
  /** The mean of the account’s last 100 records of the model, but not more than maxCompletionTokens; those among its last 10,000 records are looked at. */
  | 'ACCOUNT_MEAN'
  /** expectedCompletionTokens of the input. */
  | 'EXPECTED'
  /** completionTokens of the input. */
  | 'KNOWN';

/** Which models to list; what is left out does not narrow the list. */
export type ModelFilter = {
  /** true: also those that the catalogue does not have any more. */
  includeRetired?: boolean | null | undefined;
  /** true: only those that the organization set a price of; false: only the others. */
  own?: boolean | null | undefined;
  /** Only this provider's: its id or another name of it. */
  provider?: string | null | undefined;
  /** Only those with this text in a name, without regard to case. */
  search?: string | null | undefined;
};

/** Money that came in. */
export type PayInvoiceInput = {
  /** Opaque id of the invoice. */
  invoiceId: string;
  /** What the payment can be found by, such as a bank’s reference, 1 to 200 characters. */
  reference?: string | null | undefined;
};

/** On which day billing periods begin. */
export type PeriodAnchoring =
  /** The day on which the subscription began, counted from that day each time: from the 31st a shorter month begins on its last day, the next one on the 31st again. */
  | 'ANNIVERSARY'
  /** Monday, the first of a month, of January, April, July and October, or of January; a first or last period that is not whole is billed by its days. */
  | 'CALENDAR';

/** How long a budget's limit is for. Periods start at local midnight of the organization's zone. */
export type PeriodKind =
  /** A local day, which may have 23 or 25 hours. */
  | 'DAY'
  /** One period without end. */
  | 'LIFETIME'
  /** From the first, or from anchorDay; a shorter month starts it on its last day. */
  | 'MONTH'
  /** From Monday. */
  | 'WEEK'
  /** From 1 January, or from anchorDay of anchorMonth. */
  | 'YEAR';

/** How long a billing period is. Periods start at local midnight of the organization’s zone. */
export type PlanInterval =
  /** A month. */
  | 'MONTH'
  /** Three months. */
  | 'QUARTER'
  /** Seven local days. */
  | 'WEEK'
  /** A year. */
  | 'YEAR';

/** A part added to the cost of what a model used. */
export type PlanMarkupInput = {
  /** Only for this model of the provider, 1 to 255 characters; left out: all. Not without a provider. */
  model?: string | null | undefined;
  /** Percent of the cost, -100 to 1000, with up to 4 decimal places. */
  percent: string;
  /** Only for this provider, 1 to 255 characters; left out: all. */
  provider?: string | null | undefined;
};

/** What is other for one subscription than its plan says. What is left out is as in the plan. */
export type PlanOverridesInput = {
  /** As in the plan. */
  baseFee?: string | null | undefined;
  /** As in the plan. */
  includedCredit?: string | null | undefined;
  /** In place of all of the plan’s. */
  markups?: Array<PlanMarkupInput> | null | undefined;
  /** As in the plan. */
  maximumSpend?: string | null | undefined;
  /** As in the plan. */
  minimumSpend?: string | null | undefined;
  /** As in the plan. */
  paymentTermDays?: number | null | undefined;
  /** In place of all of the plan’s. */
  tieredUnits?: Array<TieredUnitInput> | null | undefined;
  /** As in the plan. */
  trialDays?: number | null | undefined;
};

/** A tier of a table. */
export type PlanTierInput = {
  /** In the plan’s currency, once in a period in which any unit lies in the tier, 0 to 1,000,000. */
  flatFee?: string;
  /** How many units the price is for, 1 or more; 1000000 for a price per million. */
  per?: number | string;
  /** In the plan’s currency, for `per` units, 0 to 1,000,000. */
  price: string;
  /** The last unit that belongs to it, 1 or more and above the tier before. Left out in the last tier alone. */
  upTo?: number | string | null | undefined;
};

/** What became of an attempt to import prices. */
export type PricingImportOutcome =
  /** They could not be used: the last good prices stay in force. */
  | 'FAILED'
  /** The prices were taken over. */
  | 'IMPORTED'
  /** They were the same as those imported last: nothing was written. */
  | 'UNCHANGED';

/** Who says what a model costs. */
export type PricingSource =
  /** The price catalogue, which all organizations share. */
  | 'CATALOGUE'
  /** The organization itself; where it has a price in force, that one is used. */
  | 'ORGANIZATION';

/** One message of a chat. */
export type PromptMessageInput = {
  /** Its text. It is counted, and neither stored nor logged. */
  content: string;
  /** The author's name, where one is sent. */
  name?: string | null | undefined;
  /** Such as `system`, `user` or `assistant`. */
  role: string;
};

/** How much of one unit a call used. */
export type QuantityInput = {
  /** How much of it. */
  quantity: number | string;
  /** The unit. */
  unit: UsageUnit;
};

/** How much of a unit a period would have. */
export type QuotedUsageInput = {
  /** Of which of its models; left out: of none that the plan names. */
  model?: string | null | undefined;
  /** Of which provider; left out: of none that the plan names. */
  provider?: string | null | undefined;
  /** How much of it. */
  quantity: number | string;
  /** The unit. */
  unit: UsageUnit;
};

/** What one unit costs. */
export type RateInput = {
  /** How many of the unit (whole seconds for durations) the price is for, 1 or more; 1000000 for a price per million. */
  per?: number | string;
  /** USD for `per` of the unit, 0 to 1,000,000. */
  price: string;
  /** Up to 20 context tiers, by rising start. */
  tiers?: Array<RateTierInput> | null | undefined;
  /** The unit; each only once. */
  unit: UsageUnit;
};

/** Another price for requests with a larger context. */
export type RateTierInput = {
  /** USD for `per` of the unit, 0 to 1,000,000. */
  price: string;
  /** Reached by a request with more input tokens than this; all of it is then charged at the tier’s rates. */
  start: number | string;
};

/** Rates for a window of every day. They replace all others while it lasts. */
export type RateWindowInput = {
  /** Time of day in UTC, exclusive; earlier than the start to run over midnight. */
  end: string;
  /** At least one. */
  rates: Array<RateInput>;
  /** Time of day in UTC, inclusive, such as `16:30`. */
  start: string;
};

/** A finished call as the raw response body of its provider. */
export type RecordProviderUsageInput = {
  /** The provider’s flavour of the body, such as "chat" or "responses"; found by trying where it is left out. Each provider has its own, mostly "default"; a wrong one is answered with those that it has. */
  apiFlavor?: string | null | undefined;
  /** The caller’s own key of this call, 1 to 255 printable characters. The same key with the same content answers the same record again; with other content it is IDEMPOTENCY_CONFLICT. Keys that grow with time (uuid v7, ULID) are the fastest. */
  idempotencyKey: string;
  /** The model as it was called; needed where the body does not name it. */
  model?: string | null | undefined;
  /** When the call ran; default now, or when it was reserved. It decides price and reports. Not before 2020-01-01 and at most 5 minutes ahead. */
  occurredAt?: string | null | undefined;
  /** The provider that answered, such as "openai", "anthropic", "google" or "aws". */
  provider: string;
  /** The reservation that was made for this call: it is settled with the real charge, whatever was held. What is not said here, userId, teamId, runId and occurredAt, is as it was reserved. Only its first record settles it; a later one, or one after it ended, is booked in full all the same. */
  reservationId?: string | null | undefined;
  /** The response body. Only its usage, model and service tier are read and kept; just these may be sent. */
  response: unknown;
  /** The caller’s id of the agent run or session, 1 to 255 characters. */
  runId?: string | null | undefined;
  /** Up to 20 tags, kept with the record. */
  tags?: Array<TagInput> | null | undefined;
  /** With userId: the team that a new user joins; a known user stays where it is. Alone: the team itself spends. */
  teamId?: string | null | undefined;
  /** The caller’s id of the user, 1 to 255 characters; made where it is new. */
  userId?: string | null | undefined;
};

/** Up to 1,000 finished calls. Each is written by itself: a bad one fails alone. */
export type RecordUsageBatchInput = {
  /** 1 to 1,000 calls; the answer has a result at each index. */
  items: Array<RecordUsageInput>;
};

/** A finished call with its token counts. */
export type RecordUsageInput = {
  /** CACHE_READ_TOKENS: the prompt tokens that were read from a cache. */
  cacheReadTokens?: number | string | null | undefined;
  /** CACHE_WRITE_TOKENS: the prompt tokens that were written to a cache. */
  cacheWriteTokens?: number | string | null | undefined;
  /** OUTPUT_TOKENS: all completion tokens, reasoning included. */
  completionTokens?: number | string | null | undefined;
  /** The caller’s own key of this call, 1 to 255 printable characters. The same key with the same content answers the same record again; with other content it is IDEMPOTENCY_CONFLICT. Keys that grow with time (uuid v7, ULID) are the fastest. */
  idempotencyKey: string;
  /** The model as it was called, 1 to 255 characters; aliases and dated snapshots are resolved. */
  model: string;
  /** When the call ran; default now, or when it was reserved. It decides price and reports. Not before 2020-01-01 and at most 5 minutes ahead. */
  occurredAt?: string | null | undefined;
  /** INPUT_TOKENS: all prompt tokens, cached ones included. */
  promptTokens?: number | string | null | undefined;
  /** The provider that was called, such as "openai". */
  provider?: string | null | undefined;
  /** Other units; a unit may be given only once, also by its own field. */
  quantities?: Array<QuantityInput> | null | undefined;
  /** OUTPUT_REASONING_TOKENS: the completion tokens that were reasoning. */
  reasoningTokens?: number | string | null | undefined;
  /** The reservation that was made for this call: it is settled with the real charge, whatever was held. What is not said here, userId, teamId, runId and occurredAt, is as it was reserved. Only its first record settles it; a later one, or one after it ended, is booked in full all the same. */
  reservationId?: string | null | undefined;
  /** The caller’s id of the agent run or session, 1 to 255 characters. */
  runId?: string | null | undefined;
  /** Up to 20 tags, kept with the record. */
  tags?: Array<TagInput> | null | undefined;
  /** With userId: the team that a new user joins; a known user stays where it is. Alone: the team itself spends. */
  teamId?: string | null | undefined;
  /** The caller’s id of the user, 1 to 255 characters; made where it is new. */
  userId?: string | null | undefined;
};

/** A reservation whose call will not be made. */
export type ReleaseReservationInput = {
  /** The reservation. */
  reservationId: string;
};

/** What has become of a reservation. From HELD it goes to one of the others, and stays there. */
export type ReservationState =
  /** Its time ran out; nothing is held. What its call cost can still be recorded. */
  | 'EXPIRED'
  /** Its amount is held on every budget of its path. */
  | 'HELD'
  /** The caller gave it up; nothing is held. */
  | 'RELEASED'
  /** Its call was recorded: the real charge is spent in place of what was held. */
  | 'SETTLED';

/** Up to 1,000 calls that are about to be made. Each is held or denied by itself. */
export type ReserveBudgetBatchInput = {
  /** 1 to 1,000 calls; the answer has a result at each index. */
  items: Array<ReserveBudgetInput>;
};

/** A call that is about to be made. What is held is an amount, or the most that the call can cost: its prompt and maxCompletionTokens at the rates of the context tier that the prompt reaches. */
export type ReserveBudgetInput = {
  /** USD to hold, 0 to 1000000000000, in place of what the tokens can cost. */
  amount?: string | null | undefined;
  /** The caller’s own key, 1 to 255 printable characters, of one key space for reservations and their extensions. The same key with the same content answers what took effect then; with other content it is IDEMPOTENCY_CONFLICT. What was denied is not kept: the same key may be tried again. Keys that grow with time (uuid v7, ULID) are the fastest. */
  idempotencyKey: string;
  /** The most completion tokens that the call may make. Needed unless there is an amount. */
  maxCompletionTokens?: number | string | null | undefined;
  /** The model that will be called, 1 to 255 characters. Needed without an amount; budgets for listed models count only what resolves to one of them. */
  model?: string | null | undefined;
  /** The text of the prompt, at most 1 MiB of UTF-8. It is counted, and neither stored nor logged. */
  prompt?: string | null | undefined;
  /** All prompt tokens, cached ones included. Not beside prompt. */
  promptTokens?: number | string | null | undefined;
  /** The provider that will be called, 1 to 255 characters. */
  provider?: string | null | undefined;
  /** The caller’s id of the agent run or session, 1 to 255 characters. Where it has budgets, they hold too. */
  runId?: string | null | undefined;
  /** With userId: the team that a new user joins; a known user stays where it is. Alone: the team itself spends. */
  teamId?: string | null | undefined;
  /** Seconds until it expires unless it is settled or released, 1 to 86400; default 600. */
  ttlSeconds?: number | null | undefined;
  /** The caller’s id of the user who spends, 1 to 255 characters; made where it is new. Without userId and teamId: the organization. */
  userId?: string | null | undefined;
};

/** How a name led to a model; the first rule that hits wins. */
export type ResolutionRule =
  /** A model of the provider that was given, under this name, an alias or a dated snapshot of it. */
  | 'GIVEN_PROVIDER'
  /** Only one provider has a model of exactly this name. */
  | 'ONLY_PROVIDER'
  /** A model of the organization's own, of exactly this name. */
  | 'OWN_MODEL'
  /** The name starts with a provider: `provider/name` or `provider:name`. */
  | 'PROVIDER_IN_NAME'
  /** The catalogue knows which provider such names belong to. */
  | 'PROVIDER_MATCH';

/** What an API key may do; a key may have several. */
export type Role =
  /** Everything within its own organization. */
  | 'ADMIN'
  /** Reads everything of its organization, sets budgets and prices. */
  | 'FINANCE'
  /** Bound to one account: sees itself and below, changes nothing. */
  | 'MEMBER'
  /** Runs the installation: makes organizations, refreshes the price catalogue. */
  | 'OPERATOR'
  /** An orchestrator: records usage, holds and checks budgets, reads. */
  | 'SERVICE';

/** A new or changed account; a RUN can only be changed. What is left out stays as it is. */
export type SetAccountInput = {
  /** true: reservations are denied from now on. false: allowed again. */
  disabled?: boolean | null | undefined;
  /** The caller's id of the account, 1 to 255 printable characters; empty for the organization. */
  externalId?: string;
  /** Its level. A TEAM or USER is made where it is new; a RUN is made by setBudget alone. */
  kind: AccountKind;
  /** Display name, 1 to 200 characters; null removes it. */
  name?: string | null | undefined;
  /** Moves a USER to this team, made where it is new; null takes it out of its team. What was recorded before stays with the old team. */
  teamId?: string | null | undefined;
};

/** A budget. Account, period and models say which one it is: the same again changes limit, enforcement, thresholds and name. */
export type SetBudgetInput = {
  /** Day on which a MONTH or YEAR starts, 1 to 31, default 1; a shorter month starts it on its last day. Fixed once the budget is made. */
  anchorDay?: number | null | undefined;
  /** Month in which a YEAR starts, 1 to 12, default 1. Fixed once the budget is made. */
  anchorMonth?: number | null | undefined;
  /** What it does at its limit. */
  enforcement?: Enforcement;
  /** USD, 0 or more; at 0 nothing passes. */
  limit: string;
  /** Counts only these models, 1 to 100, as they resolve now: the budget answers with the resolved names, and they are its identity. One that resolves to nothing is BAD_USER_INPUT. Left out: all models, and deductions. */
  models?: Array<BudgetModelInput> | null | undefined;
  /** Display name, 1 to 200 characters. null removes it; left out, a budget keeps the one it has. */
  name?: string | null | undefined;
  /** How long the limit is for. */
  period: PeriodKind;
  /** The agent run or session whose budget it is, 1 to 255 characters; its account is made here where it is new. It counts every call that names the run, whoever spends. */
  runId?: string | null | undefined;
  /** Alone: the team whose budget it is, made where it is new. With userId: the team that a new user joins; a known user stays where it is. Not beside runId without userId. */
  teamId?: string | null | undefined;
  /** Up to 20 whole percents of the limit, 1 to 1000, at which an alert is raised. */
  thresholds?: Array<number>;
  /** The user whose budget it is, 1 to 255 characters; made where it is new. Without userId, teamId and runId: the organization. With runId: whose run a new run is; a known run stays where it is. */
  userId?: string | null | undefined;
};

/** A change of the caller's organization. What is left out stays as it is. */
export type SetOrganizationInput = {
  /** Display name, 1 to 200 characters. */
  name?: string | null | undefined;
  /** IANA time zone, capitals as in "Europe/Berlin"; refused once there is usage, a budget or a subscription. */
  zone?: string | null | undefined;
};

/** A plan. Its code says which one it is: the same again changes all that is said here. */
export type SetPlanInput = {
  /** On which day its periods begin. */
  anchoring?: PeriodAnchoring;
  /** For each period, in advance, 0 to 1,000,000,000, in the currency. */
  baseFee?: string;
  /** Names the plan in the organization, 1 to 100 characters. */
  code: string;
  /** ISO 4217 code of the currency of its invoices, with at most three decimals. Of three the last is always 0, as card networks ask for. */
  currency?: string;
  /** Of usage, free in each period, 0 to 1,000,000,000, in the currency. */
  includedCredit?: string;
  /** How long its periods are. */
  interval?: PlanInterval;
  /** What is added to costs, up to 100; each provider and model once, the most specific one counts. */
  markups?: Array<PlanMarkupInput>;
  /** What fee and usage of a period come to at most, in the currency: the minimum or more, up to 1,000,000,000. */
  maximumSpend?: string | null | undefined;
  /** What fee and usage of a period come to at least, 0 to 1,000,000,000, in the currency. */
  minimumSpend?: string | null | undefined;
  /** Display name, 1 to 200 characters; left out: the code. */
  name?: string | null | undefined;
  /** Days from the day on which an invoice got its number until it is due, 0 to 365. */
  paymentTermDays?: number;
  /** Units that are billed by tables, up to 100; each unit, provider and model once. All others by cost. */
  tieredUnits?: Array<TieredUnitInput>;
  /** Days from the start of a subscription on which there is no base fee, 0 to 730. */
  trialDays?: number;
  /** What one USD of usage is in the currency, above 0. Needed unless the currency is USD, and refused for USD. */
  usdRate?: string | null | undefined;
  /** The day of that rate; left out: today. Not for USD. */
  usdRateDay?: string | null | undefined;
};

/** A price version of a model, for this organization only. At least one price is needed; 0 is a price. */
export type SetPricingInput = {
  /** Up to 50 other names that mean this model where its provider is named too; only for a model that the catalogue does not have. Replaces those of before. */
  aliases?: Array<string> | null | undefined;
  /** USD per completion token (OUTPUT_TOKENS), 12 places. */
  completionTokenPrice?: string | null | undefined;
  /** Name for people, 1 to 255 characters; only for a model that the catalogue does not have. */
  displayName?: string | null | undefined;
  /** From when on, inclusive, not before 1970. Left out: since ever where the model has no price yet, else from now. The same instant again with other rates is refused, unless it is more than 5 minutes ahead. */
  effectiveFrom?: string | null | undefined;
  /** The name of the model, 1 to 255 printable characters. One that the catalogue has exactly is overridden; any other becomes a model of the organization’s own and goes before what the catalogue would take the name for. */
  model: string;
  /** USD per prompt token (INPUT_TOKENS), 12 places, such as "0.0000025". */
  promptTokenPrice?: string | null | undefined;
  /** The provider's id, 1 to 255 printable characters. */
  provider: string;
  /** Prices of other units; not one that was named above. */
  rates?: Array<RateInput> | null | undefined;
  /** Up to 24 windows of the day with rates of their own, which must not overlap. */
  windows?: Array<RateWindowInput> | null | undefined;
};

/** An account that goes on a plan. The same again is no error. */
export type SubscribeInput = {
  /** The first day, from 2020-01-01 to a year from today; left out: today. */
  firstDay?: string | null | undefined;
  /** What is other than the plan says. */
  overrides?: PlanOverridesInput | null | undefined;
  /** Code of the plan. */
  plan: string;
  /** Alone: the team that pays, made where it is new. With userId: the team that a new user joins. */
  teamId?: string | null | undefined;
  /** The user that pays, 1 to 255 characters; made where it is new. Without userId and teamId: the organization. */
  userId?: string | null | undefined;
};

/** Where today lies in the time of a subscription. */
export type SubscriptionStatus =
  /** From its first day to its last. */
  | 'ACTIVE'
  /** After its last day. */
  | 'ENDED'
  /** Before its first day. */
  | 'PENDING';

/** One tag of a record. */
export type TagInput = {
  /** 1 to 64 printable characters, once per record. */
  key: string;
  /** 1 to 255 printable characters. */
  value: string;
};

/** How a period’s quantity of a unit becomes an amount. Nothing used costs nothing, flat fees included. */
export type TierMode =
  /** Each unit at the price of the tier in which it lies. */
  | 'GRADUATED'
  /** A price for each package of units that is begun. */
  | 'PACKAGE'
  /** All units at the price of the tier that the last of them reaches. */
  | 'VOLUME';

/** A unit that is billed by a table in place of what it cost. */
export type TieredUnitInput = {
  /** Units of a period that cost nothing, default 0. Only for PACKAGE. */
  freeUnits?: number | string | null | undefined;
  /** How the quantity becomes an amount. */
  mode: TierMode;
  /** Only for this model of the provider, 1 to 255 characters; left out: all. Not without a provider. */
  model?: string | null | undefined;
  /** In the plan’s currency, for each package that is begun, 0 to 1,000,000. Only for PACKAGE, and needed there. */
  packagePrice?: string | null | undefined;
  /** Units in a package, 1 or more. Only for PACKAGE, and needed there. */
  packageSize?: number | string | null | undefined;
  /** Only for this provider, 1 to 255 characters; left out: all. */
  provider?: string | null | undefined;
  /** 1 to 20 tiers by rising quantity, the last without an end. Not for PACKAGE. */
  tiers?: Array<PlanTierInput> | null | undefined;
  /** The unit whose quantity of a period is billed. */
  unit: UsageUnit;
};

/** Why a record has no price yet. It is priced later, once, when a price for it is known, unless it is VOIDED before. */
export type UnpricedReason =
  /** Several providers have a model of that name and none was given. */
  | 'AMBIGUOUS_MODEL'
  /** The provider’s body counts parts that are more than their whole. */
  | 'INCONSISTENT_USAGE'
  /** The model had no price when the call ran. */
  | 'NO_PRICE'
  /** ENABLE_PRICING is false. */
  | 'PRICING_DISABLED'
  /** No model of that name is known. */
  | 'UNKNOWN_MODEL'
  /** It was corrected before it had a price: its cost and charge are 0 and stay so. */
  | 'VOIDED';

/** Which usage records to list; what is left out does not narrow the list. */
export type UsageFilter = {
  /** Only calls that ran at this instant or later. */
  from?: string | null | undefined;
  /** Only records of this kind. */
  kind?: UsageKind | null | undefined;
  /** Only usage of this model, as resolved or as sent. */
  model?: string | null | undefined;
  /** Only usage of this provider, as resolved or as sent. */
  provider?: string | null | undefined;
  /** Only usage of this run; the caller's own id of it. */
  runId?: string | null | undefined;
  /** Only records with this tag. */
  tag?: TagInput | null | undefined;
  /** Only usage that counted on this team when it was recorded, its own and that of its users. Not beside userId. */
  teamId?: string | null | undefined;
  /** Only calls that ran before this instant. */
  to?: string | null | undefined;
  /** true: only records without a price. false: only priced ones. */
  unpriced?: boolean | null | undefined;
  /** Only usage of this user; the caller's own id of it. */
  userId?: string | null | undefined;
};

/** What the rows of a summary are told apart by. */
export type UsageGrouping =
  /** A local day of the organization's zone. */
  | 'DAY'
  /** A provider and model: as resolved, or as sent while unpriced. */
  | 'MODEL'
  /** A calendar month of the organization's zone. */
  | 'MONTH'
  /** A provider: as resolved, or as sent while unpriced. */
  | 'PROVIDER'
  /** The team that the spending counted on when it was recorded. At most 92 days. */
  | 'TEAM'
  /** The user that spent. At most 92 days. */
  | 'USER';

/** What a usage record stands for. */
export type UsageKind =
  /** A finished call of a model. */
  | 'CALL'
  /** An amount that is not tokens. */
  | 'DEDUCTION'
  /** The exact negation of a record that was corrected. */
  | 'REVERSAL';

/** What a record should have said. Who spent, and when, stays as it was. Of a call all of its quantities are said again; of a deduction the amount. */
export type UsageReplacementInput = {
  /** USD, 0 or more: of a deduction, and of nothing else. */
  amount?: string | null | undefined;
  /** CACHE_READ_TOKENS, a part of the prompt tokens. */
  cacheReadTokens?: number | string | null | undefined;
  /** CACHE_WRITE_TOKENS, a part of the prompt tokens. */
  cacheWriteTokens?: number | string | null | undefined;
  /** OUTPUT_TOKENS: all completion tokens. */
  completionTokens?: number | string | null | undefined;
  /** The model as it was called, 1 to 255 characters; default as recorded. The same model keeps the price version of the record. */
  model?: string | null | undefined;
  /** INPUT_TOKENS: all prompt tokens. */
  promptTokens?: number | string | null | undefined;
  /** The provider that was called; default as recorded, or none where another model is named. */
  provider?: string | null | undefined;
  /** Other units, each once. */
  quantities?: Array<QuantityInput> | null | undefined;
  /** OUTPUT_REASONING_TOKENS, a part of the completion. */
  reasoningTokens?: number | string | null | undefined;
  /** Up to 20 tags; default as recorded. */
  tags?: Array<TagInput> | null | undefined;
};

/** Which usage to sum up, and by what. */
export type UsageSummaryInput = {
  /** The first day, of the calendar in the organization’s zone. */
  from: string;
  /** What the rows are told apart by, in any combination; empty for the totals alone. */
  groupBy: Array<UsageGrouping>;
  /** Only usage of this model, as resolved, or as sent while unpriced. */
  model?: string | null | undefined;
  /** Only usage of this provider, as resolved, or as sent while unpriced. */
  provider?: string | null | undefined;
  /** Only usage that counted on this team when it was recorded, its own and that of its users. Not beside userId. */
  teamId?: string | null | undefined;
  /** The last day, inclusive. With USER or TEAM, userId or teamId, and for a MEMBER: at most 92 days in all. */
  to: string;
  /** Only usage of this user; the caller's own id of it. */
  userId?: string | null | undefined;
};

/** What providers count and charge for. A whole counts its parts too. */
export type UsageUnit =
  /** Counts seconds (audio). */
  | 'AUDIO_SECONDS'
  /** Counts tokens (input, audio, cache read). A part of CACHE_READ_TOKENS, INPUT_AUDIO_TOKENS, INPUT_TOKENS. */
  | 'CACHE_AUDIO_READ_TOKENS'
  /** Counts tokens (input, audio, cache write, 1h). A part of CACHE_AUDIO_WRITE_TOKENS, CACHE_WRITE_1H_TOKENS, CACHE_WRITE_TOKENS, INPUT_AUDIO_TOKENS, INPUT_TOKENS. */
  | 'CACHE_AUDIO_WRITE_1H_TOKENS'
  /** Counts tokens (input, audio, cache write, 5m). A part of CACHE_AUDIO_WRITE_TOKENS, CACHE_WRITE_5M_TOKENS, CACHE_WRITE_TOKENS, INPUT_AUDIO_TOKENS, INPUT_TOKENS. */
  | 'CACHE_AUDIO_WRITE_5M_TOKENS'
  /** Counts tokens (input, audio, cache write). A part of CACHE_WRITE_TOKENS, INPUT_AUDIO_TOKENS, INPUT_TOKENS. */
  | 'CACHE_AUDIO_WRITE_TOKENS'
  /** Counts tokens (input, image, cache read). A part of CACHE_READ_TOKENS, INPUT_IMAGE_TOKENS, INPUT_TOKENS. */
  | 'CACHE_IMAGE_READ_TOKENS'
  /** Counts tokens (input, image, cache write, 1h). A part of CACHE_IMAGE_WRITE_TOKENS, CACHE_WRITE_1H_TOKENS, CACHE_WRITE_TOKENS, INPUT_IMAGE_TOKENS, INPUT_TOKENS. */
  | 'CACHE_IMAGE_WRITE_1H_TOKENS'
  /** Counts tokens (input, image, cache write, 5m). A part of CACHE_IMAGE_WRITE_TOKENS, CACHE_WRITE_5M_TOKENS, CACHE_WRITE_TOKENS, INPUT_IMAGE_TOKENS, INPUT_TOKENS. */
  | 'CACHE_IMAGE_WRITE_5M_TOKENS'
  /** Counts tokens (input, image, cache write). A part of CACHE_WRITE_TOKENS, INPUT_IMAGE_TOKENS, INPUT_TOKENS. */
  | 'CACHE_IMAGE_WRITE_TOKENS'
  /** Counts tokens (input, cache read). A part of INPUT_TOKENS. */
  | 'CACHE_READ_TOKENS'
  /** Counts tokens (input, text, cache read). A part of CACHE_READ_TOKENS, INPUT_TEXT_TOKENS, INPUT_TOKENS. */
  | 'CACHE_TEXT_READ_TOKENS'
  /** Counts tokens (input, text, cache write, 1h). A part of CACHE_TEXT_WRITE_TOKENS, CACHE_WRITE_1H_TOKENS, CACHE_WRITE_TOKENS, INPUT_TEXT_TOKENS, INPUT_TOKENS. */
  | 'CACHE_TEXT_WRITE_1H_TOKENS'
  /** Counts tokens (input, text, cache write, 5m). A part of CACHE_TEXT_WRITE_TOKENS, CACHE_WRITE_5M_TOKENS, CACHE_WRITE_TOKENS, INPUT_TEXT_TOKENS, INPUT_TOKENS. */
  | 'CACHE_TEXT_WRITE_5M_TOKENS'
  /** Counts tokens (input, text, cache write). A part of CACHE_WRITE_TOKENS, INPUT_TEXT_TOKENS, INPUT_TOKENS. */
  | 'CACHE_TEXT_WRITE_TOKENS'
  /** Counts tokens (input, video, cache read). A part of CACHE_READ_TOKENS, INPUT_TOKENS, INPUT_VIDEO_TOKENS. */
  | 'CACHE_VIDEO_READ_TOKENS'
  /** Counts tokens (input, video, cache write, 1h). A part of CACHE_VIDEO_WRITE_TOKENS, CACHE_WRITE_1H_TOKENS, CACHE_WRITE_TOKENS, INPUT_TOKENS, INPUT_VIDEO_TOKENS. */
  | 'CACHE_VIDEO_WRITE_1H_TOKENS'
  /** Counts tokens (input, video, cache write, 5m). A part of CACHE_VIDEO_WRITE_TOKENS, CACHE_WRITE_5M_TOKENS, CACHE_WRITE_TOKENS, INPUT_TOKENS, INPUT_VIDEO_TOKENS. */
  | 'CACHE_VIDEO_WRITE_5M_TOKENS'
  /** Counts tokens (input, video, cache write). A part of CACHE_WRITE_TOKENS, INPUT_TOKENS, INPUT_VIDEO_TOKENS. */
  | 'CACHE_VIDEO_WRITE_TOKENS'
  /** Counts tokens (input, cache write, 1h). A part of CACHE_WRITE_TOKENS, INPUT_TOKENS. */
  | 'CACHE_WRITE_1H_TOKENS'
  /** Counts tokens (input, cache write, 5m). A part of CACHE_WRITE_TOKENS, INPUT_TOKENS. */
  | 'CACHE_WRITE_5M_TOKENS'
  /** Counts tokens (input, cache write). A part of INPUT_TOKENS. */
  | 'CACHE_WRITE_TOKENS'
  /** Counts tool calls (code execution). */
  | 'CODE_EXECUTIONS'
  /** Counts document pages (input, annotated). A part of INPUT_DOCUMENT_PAGES. */
  | 'INPUT_ANNOTATED_DOCUMENT_PAGES'
  /** Counts seconds (input, audio). A part of AUDIO_SECONDS. */
  | 'INPUT_AUDIO_SECONDS'
  /** Counts tokens (input, audio). A part of INPUT_TOKENS. */
  | 'INPUT_AUDIO_TOKENS'
  /** Counts tokens (input, audio, tool). A part of INPUT_AUDIO_TOKENS, INPUT_TOKENS, INPUT_TOOL_TOKENS. */
  | 'INPUT_AUDIO_TOOL_TOKENS'
  /** Counts characters (input). */
  | 'INPUT_CHARACTERS'
  /** Counts document pages (input). */
  | 'INPUT_DOCUMENT_PAGES'
  /** Counts tokens (input, image). A part of INPUT_TOKENS. */
  | 'INPUT_IMAGE_TOKENS'
  /** Counts tokens (input, image, tool). A part of INPUT_IMAGE_TOKENS, INPUT_TOKENS, INPUT_TOOL_TOKENS. */
  | 'INPUT_IMAGE_TOOL_TOKENS'
  /** Counts pixels (input). */
  | 'INPUT_PIXELS'
  /** Counts messages (input, text). */
  | 'INPUT_TEXT_MESSAGES'
  /** Counts tokens (input, text). A part of INPUT_TOKENS. */
  | 'INPUT_TEXT_TOKENS'
  /** Counts tokens (input, text, tool). A part of INPUT_TEXT_TOKENS, INPUT_TOKENS, INPUT_TOOL_TOKENS. */
  | 'INPUT_TEXT_TOOL_TOKENS'
  /** Counts tokens (input). */
  | 'INPUT_TOKENS'
  /** Counts tokens (input, tool). A part of INPUT_TOKENS. */
  | 'INPUT_TOOL_TOKENS'
  /** Counts tokens (input, video). A part of INPUT_TOKENS. */
  | 'INPUT_VIDEO_TOKENS'
  /** Counts tokens (input, video, tool). A part of INPUT_TOKENS, INPUT_TOOL_TOKENS, INPUT_VIDEO_TOKENS. */
  | 'INPUT_VIDEO_TOOL_TOKENS'
  /** Counts tokens (output, audio, citation). A part of OUTPUT_AUDIO_TOKENS, OUTPUT_CITATION_TOKENS, OUTPUT_TOKENS. */
  | 'OUTPUT_AUDIO_CITATION_TOKENS'
  /** Counts tokens (output, audio, reasoning). A part of OUTPUT_AUDIO_TOKENS, OUTPUT_REASONING_TOKENS, OUTPUT_TOKENS. */
  | 'OUTPUT_AUDIO_REASONING_TOKENS'
  /** Counts seconds (output, audio). A part of AUDIO_SECONDS. */
  | 'OUTPUT_AUDIO_SECONDS'
  /** Counts tokens (output, audio). A part of OUTPUT_TOKENS. */
  | 'OUTPUT_AUDIO_TOKENS'
  /** Counts tokens (output, citation). A part of OUTPUT_TOKENS. */
  | 'OUTPUT_CITATION_TOKENS'
  /** Counts tokens (output, image, citation). A part of OUTPUT_CITATION_TOKENS, OUTPUT_IMAGE_TOKENS, OUTPUT_TOKENS. */
  | 'OUTPUT_IMAGE_CITATION_TOKENS'
  /** Counts tokens (output, image, reasoning). A part of OUTPUT_IMAGE_TOKENS, OUTPUT_REASONING_TOKENS, OUTPUT_TOKENS. */
  | 'OUTPUT_IMAGE_REASONING_TOKENS'
  /** Counts tokens (output, image). A part of OUTPUT_TOKENS. */
  | 'OUTPUT_IMAGE_TOKENS'
  /** Counts tokens (output, reasoning). A part of OUTPUT_TOKENS. */
  | 'OUTPUT_REASONING_TOKENS'
  /** Counts tokens (output, text, citation). A part of OUTPUT_CITATION_TOKENS, OUTPUT_TEXT_TOKENS, OUTPUT_TOKENS. */
  | 'OUTPUT_TEXT_CITATION_TOKENS'
  /** Counts tokens (output, text, reasoning). A part of OUTPUT_REASONING_TOKENS, OUTPUT_TEXT_TOKENS, OUTPUT_TOKENS. */
  | 'OUTPUT_TEXT_REASONING_TOKENS'
  /** Counts tokens (output, text). A part of OUTPUT_TOKENS. */
  | 'OUTPUT_TEXT_TOKENS'
  /** Counts tokens (output). */
  | 'OUTPUT_TOKENS'
  /** Counts tokens (output, video, citation). A part of OUTPUT_CITATION_TOKENS, OUTPUT_TOKENS, OUTPUT_VIDEO_TOKENS. */
  | 'OUTPUT_VIDEO_CITATION_TOKENS'
  /** Counts tokens (output, video, reasoning). A part of OUTPUT_REASONING_TOKENS, OUTPUT_TOKENS, OUTPUT_VIDEO_TOKENS. */
  | 'OUTPUT_VIDEO_REASONING_TOKENS'
  /** Counts tokens (output, video). A part of OUTPUT_TOKENS. */
  | 'OUTPUT_VIDEO_TOKENS'
  /** Counts requests. */
  | 'REQUESTS'
  /** Counts rerank searches. */
  | 'RERANK_SEARCHES'
  /** Counts tool calls (social search). */
  | 'SOCIAL_SEARCHES'
  /** Counts tool calls (storage search). */
  | 'STORAGE_SEARCHES'
  /** Counts tool calls (web search). */
  | 'WEB_SEARCHES';

export type AlertPartsFragment = { id: string, cursor: string, kind: AlertKind, budgetId: string | null, periodStartsAt: string | null, periodEndsAt: string | null, threshold: number | null, limit: string | null, spent: string | null, percent: number | null, reservation: string | null, held: string | null, charge: string | null, provider: string | null, model: string | null, createdAt: string, message: string, account: { kind: AccountKind, externalId: string, team: { externalId: string } | null } | null };

export type AlertsQueryVariables = Exact<{
  filter?: AlertFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AlertsQuery = { alerts: { edges: Array<{ cursor: string, node: { id: string, cursor: string, kind: AlertKind, budgetId: string | null, periodStartsAt: string | null, periodEndsAt: string | null, threshold: number | null, limit: string | null, spent: string | null, percent: number | null, reservation: string | null, held: string | null, charge: string | null, provider: string | null, model: string | null, createdAt: string, message: string, account: { kind: AccountKind, externalId: string, team: { externalId: string } | null } | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type BudgetAlertsSubscriptionVariables = Exact<{
  userId?: string | null | undefined;
  teamId?: string | null | undefined;
  runId?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type BudgetAlertsSubscription = { budgetAlerts: { id: string, cursor: string, kind: AlertKind, budgetId: string | null, periodStartsAt: string | null, periodEndsAt: string | null, threshold: number | null, limit: string | null, spent: string | null, percent: number | null, reservation: string | null, held: string | null, charge: string | null, provider: string | null, model: string | null, createdAt: string, message: string, account: { kind: AccountKind, externalId: string, team: { externalId: string } | null } | null } };

export type AlertFeedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type AlertFeedSubscription = { alertFeed: { id: string, cursor: string, kind: AlertKind, budgetId: string | null, periodStartsAt: string | null, periodEndsAt: string | null, threshold: number | null, limit: string | null, spent: string | null, percent: number | null, reservation: string | null, held: string | null, charge: string | null, provider: string | null, model: string | null, createdAt: string, message: string, account: { kind: AccountKind, externalId: string, team: { externalId: string } | null } | null } };

export type SetPlanMutationVariables = Exact<{
  input: SetPlanInput;
}>;


export type SetPlanMutation = { setPlan: { id: string, code: string, name: string, createdAt: string, changedAt: string, terms: { currency: string, usdRate: string | null, usdRateDay: string | null, interval: PlanInterval, anchoring: PeriodAnchoring, baseFee: string, includedCredit: string, minimumSpend: string | null, maximumSpend: string | null, trialDays: number, paymentTermDays: number, markups: Array<{ provider: string | null, model: string | null, percent: string }>, tieredUnits: Array<{ unit: UsageUnit, provider: string | null, model: string | null, mode: TierMode, packagePrice: string | null, packageSize: number | string | null, freeUnits: number | string | null, tiers: Array<{ upTo: number | string | null, price: string, per: number | string, flatFee: string }> }> } } };

export type RecordChargedMutationVariables = Exact<{
  input: RecordUsageInput;
}>;


export type RecordChargedMutation = { recordUsage: { usageRecord: { id: string, cost: string | null, charge: string | null, markup: string | null } | null, budgets: Array<{ spent: string | null, held: string | null }> } };

export type CorrectChargedMutationVariables = Exact<{
  input: CorrectUsageInput;
}>;


export type CorrectChargedMutation = { correctUsage: { usageRecord: { id: string, cost: string | null, charge: string | null, markup: string | null } | null } };

export type ReserveChargedMutationVariables = Exact<{
  input: ReserveBudgetInput;
}>;


export type ReserveChargedMutation = { reserveBudget: { decision: { outcome: DecisionOutcome, asked: string | null, maxCompletionTokens: number | string | null }, reservation: { id: string, amount: string } | null } };

export type CheckChargedQueryVariables = Exact<{
  input: CheckBudgetInput;
}>;


export type CheckChargedQuery = { checkBudget: { outcome: DecisionOutcome, asked: string | null } };

export type ChargesQueryVariables = Exact<{
  filter?: UsageFilter | null | undefined;
}>;


export type ChargesQuery = { usageRecords: { edges: Array<{ node: { id: string, cost: string | null, charge: string | null, markup: string | null } }> } };

export type ChargeSeenFragment = { id: string, cost: string | null, charge: string | null, markup: string | null };

export type PlanOfQueryVariables = Exact<{
  code: string;
}>;


export type PlanOfQuery = { plan: { id: string, code: string, name: string, createdAt: string, changedAt: string, terms: { currency: string, usdRate: string | null, usdRateDay: string | null, interval: PlanInterval, anchoring: PeriodAnchoring, baseFee: string, includedCredit: string, minimumSpend: string | null, maximumSpend: string | null, trialDays: number, paymentTermDays: number, markups: Array<{ provider: string | null, model: string | null, percent: string }>, tieredUnits: Array<{ unit: UsageUnit, provider: string | null, model: string | null, mode: TierMode, packagePrice: string | null, packageSize: number | string | null, freeUnits: number | string | null, tiers: Array<{ upTo: number | string | null, price: string, per: number | string, flatFee: string }> }> } } | null };

export type PlanQuoteQueryVariables = Exact<{
  code: string;
  usage: Array<QuotedUsageInput> | QuotedUsageInput;
}>;


export type PlanQuoteQuery = { planQuote: Array<{ quantity: number | string, amount: string, row: { unit: UsageUnit, provider: string | null, model: string | null }, shares: Array<{ tier: number, quantity: number | string, price: string, per: number | string, flatFee: string, amount: string }> }> };

export type PlansQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PlansQuery = { plans: { edges: Array<{ cursor: string, node: { code: string } }>, pageInfo: { hasNextPage: boolean } } };

export type SubscribeMutationVariables = Exact<{
  input: SubscribeInput;
}>;


export type SubscribeMutation = { subscribe: { id: string, status: SubscriptionStatus, firstDay: string, lastDay: string | null, phases: Array<{ fromDay: string, plan: { code: string }, terms: { baseFee: string } }>, currentPeriod: { firstDay: string, lastDay: string, startsAt: string, endsAt: string, daysOfPeriod: number, baseFee: string, baseFeeShares: Array<{ firstDay: string, lastDay: string, days: number, baseFee: string, amount: string }> } | null } };

export type ChangeSubscriptionMutationVariables = Exact<{
  input: ChangeSubscriptionInput;
}>;


export type ChangeSubscriptionMutation = { changeSubscription: { id: string, status: SubscriptionStatus, firstDay: string, lastDay: string | null, phases: Array<{ fromDay: string, plan: { code: string }, terms: { baseFee: string } }>, currentPeriod: { firstDay: string, lastDay: string, startsAt: string, endsAt: string, daysOfPeriod: number, baseFee: string, baseFeeShares: Array<{ firstDay: string, lastDay: string, days: number, baseFee: string, amount: string }> } | null } };

export type CancelSubscriptionMutationVariables = Exact<{
  input: CancelSubscriptionInput;
}>;


export type CancelSubscriptionMutation = { cancelSubscription: { id: string, status: SubscriptionStatus, firstDay: string, lastDay: string | null, phases: Array<{ fromDay: string, plan: { code: string }, terms: { baseFee: string } }>, currentPeriod: { firstDay: string, lastDay: string, startsAt: string, endsAt: string, daysOfPeriod: number, baseFee: string, baseFeeShares: Array<{ firstDay: string, lastDay: string, days: number, baseFee: string, amount: string }> } | null } };

export type PlanSubscriptionOfQueryVariables = Exact<{
  userId?: string | null | undefined;
  teamId?: string | null | undefined;
  first?: number;
  from?: string | null | undefined;
}>;


export type PlanSubscriptionOfQuery = { planSubscription: { id: string, status: SubscriptionStatus, firstDay: string, lastDay: string | null, account: { kind: AccountKind, externalId: string }, periods: Array<{ firstDay: string, lastDay: string, startsAt: string, endsAt: string, daysOfPeriod: number, baseFee: string, baseFeeShares: Array<{ firstDay: string, lastDay: string, days: number, baseFee: string, amount: string }> }>, phases: Array<{ fromDay: string, plan: { code: string }, terms: { baseFee: string } }>, currentPeriod: { firstDay: string, lastDay: string, startsAt: string, endsAt: string, daysOfPeriod: number, baseFee: string, baseFeeShares: Array<{ firstDay: string, lastDay: string, days: number, baseFee: string, amount: string }> } | null } | null };

export type PlanSubscriptionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PlanSubscriptionsQuery = { planSubscriptions: { edges: Array<{ cursor: string, node: { id: string, status: SubscriptionStatus, firstDay: string, lastDay: string | null, account: { kind: AccountKind, externalId: string }, periods: Array<{ baseFee: string }>, phases: Array<{ fromDay: string, plan: { code: string }, terms: { baseFee: string } }>, currentPeriod: { firstDay: string, lastDay: string, startsAt: string, endsAt: string, daysOfPeriod: number, baseFee: string, baseFeeShares: Array<{ firstDay: string, lastDay: string, days: number, baseFee: string, amount: string }> } | null } }>, pageInfo: { hasNextPage: boolean } } };

export type PlanSeenFragment = { id: string, code: string, name: string, createdAt: string, changedAt: string, terms: { currency: string, usdRate: string | null, usdRateDay: string | null, interval: PlanInterval, anchoring: PeriodAnchoring, baseFee: string, includedCredit: string, minimumSpend: string | null, maximumSpend: string | null, trialDays: number, paymentTermDays: number, markups: Array<{ provider: string | null, model: string | null, percent: string }>, tieredUnits: Array<{ unit: UsageUnit, provider: string | null, model: string | null, mode: TierMode, packagePrice: string | null, packageSize: number | string | null, freeUnits: number | string | null, tiers: Array<{ upTo: number | string | null, price: string, per: number | string, flatFee: string }> }> } };

export type TermsSeenFragment = { currency: string, usdRate: string | null, usdRateDay: string | null, interval: PlanInterval, anchoring: PeriodAnchoring, baseFee: string, includedCredit: string, minimumSpend: string | null, maximumSpend: string | null, trialDays: number, paymentTermDays: number, markups: Array<{ provider: string | null, model: string | null, percent: string }>, tieredUnits: Array<{ unit: UsageUnit, provider: string | null, model: string | null, mode: TierMode, packagePrice: string | null, packageSize: number | string | null, freeUnits: number | string | null, tiers: Array<{ upTo: number | string | null, price: string, per: number | string, flatFee: string }> }> };

export type SubscriptionSeenFragment = { id: string, status: SubscriptionStatus, firstDay: string, lastDay: string | null, phases: Array<{ fromDay: string, plan: { code: string }, terms: { baseFee: string } }>, currentPeriod: { firstDay: string, lastDay: string, startsAt: string, endsAt: string, daysOfPeriod: number, baseFee: string, baseFeeShares: Array<{ firstDay: string, lastDay: string, days: number, baseFee: string, amount: string }> } | null };

export type PeriodSeenFragment = { firstDay: string, lastDay: string, startsAt: string, endsAt: string, daysOfPeriod: number, baseFee: string, baseFeeShares: Array<{ firstDay: string, lastDay: string, days: number, baseFee: string, amount: string }> };

export type CreateInvoiceMutationVariables = Exact<{
  input: CreateInvoiceInput;
}>;


export type CreateInvoiceMutation = { createInvoice: { id: string, sequence: number, status: InvoiceStatus, number: string | null, currency: string, usdRate: string | null, periodFirstDay: string | null, periodLastDay: string | null, total: string, carried: string, remainder: string, dueDay: string | null, finalizedAt: string | null, paidAt: string | null, payments: Array<{ processor: string, amount: string, reference: string | null }>, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> } };

export type FinalizeInvoiceMutationVariables = Exact<{
  input: InvoiceInput;
}>;


export type FinalizeInvoiceMutation = { finalizeInvoice: { id: string, sequence: number, status: InvoiceStatus, number: string | null, currency: string, usdRate: string | null, periodFirstDay: string | null, periodLastDay: string | null, total: string, carried: string, remainder: string, dueDay: string | null, finalizedAt: string | null, paidAt: string | null, payments: Array<{ processor: string, amount: string, reference: string | null }>, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> } };

export type VoidInvoiceMutationVariables = Exact<{
  input: InvoiceInput;
}>;


export type VoidInvoiceMutation = { voidInvoice: { id: string, sequence: number, status: InvoiceStatus, number: string | null, currency: string, usdRate: string | null, periodFirstDay: string | null, periodLastDay: string | null, total: string, carried: string, remainder: string, dueDay: string | null, finalizedAt: string | null, paidAt: string | null, payments: Array<{ processor: string, amount: string, reference: string | null }>, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> } };

export type MarkInvoiceUncollectibleMutationVariables = Exact<{
  input: InvoiceInput;
}>;


export type MarkInvoiceUncollectibleMutation = { markInvoiceUncollectible: { id: string, sequence: number, status: InvoiceStatus, number: string | null, currency: string, usdRate: string | null, periodFirstDay: string | null, periodLastDay: string | null, total: string, carried: string, remainder: string, dueDay: string | null, finalizedAt: string | null, paidAt: string | null, payments: Array<{ processor: string, amount: string, reference: string | null }>, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> } };

export type PayInvoiceMutationVariables = Exact<{
  input: PayInvoiceInput;
}>;


export type PayInvoiceMutation = { payInvoice: { id: string, sequence: number, status: InvoiceStatus, number: string | null, currency: string, usdRate: string | null, periodFirstDay: string | null, periodLastDay: string | null, total: string, carried: string, remainder: string, dueDay: string | null, finalizedAt: string | null, paidAt: string | null, payments: Array<{ processor: string, amount: string, reference: string | null }>, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> } };

export type InvoiceOfQueryVariables = Exact<{
  id: string;
}>;


export type InvoiceOfQuery = { invoice: { id: string, sequence: number, status: InvoiceStatus, number: string | null, currency: string, usdRate: string | null, periodFirstDay: string | null, periodLastDay: string | null, total: string, carried: string, remainder: string, dueDay: string | null, finalizedAt: string | null, paidAt: string | null, account: { externalId: string }, subscription: { id: string }, payments: Array<{ processor: string, amount: string, reference: string | null }>, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> } | null };

export type InvoicesQueryVariables = Exact<{
  userId?: string | null | undefined;
  status?: InvoiceStatus | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type InvoicesQuery = { invoices: { edges: Array<{ cursor: string, node: { id: string, sequence: number, status: InvoiceStatus, number: string | null, currency: string, usdRate: string | null, periodFirstDay: string | null, periodLastDay: string | null, total: string, carried: string, remainder: string, dueDay: string | null, finalizedAt: string | null, paidAt: string | null, account: { externalId: string }, subscription: { id: string }, payments: Array<{ processor: string, amount: string, reference: string | null }>, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> } }>, pageInfo: { hasNextPage: boolean } } };

export type UpcomingInvoiceQueryVariables = Exact<{
  subscriptionId: string;
}>;


export type UpcomingInvoiceQuery = { upcomingInvoice: { sequence: number, dueFromDay: string, periodFirstDay: string | null, periodLastDay: string | null, total: string, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> } };

export type LineRecordsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type LineRecordsQuery = { invoice: { lines: Array<{ kind: InvoiceLineKind, model: string | null, usageRecords: { edges: Array<{ cursor: string, node: { idempotencyKey: string, charge: string | null } }>, pageInfo: { hasNextPage: boolean } } }> } | null };

export type InvoiceSeenFragment = { id: string, sequence: number, status: InvoiceStatus, number: string | null, currency: string, usdRate: string | null, periodFirstDay: string | null, periodLastDay: string | null, total: string, carried: string, remainder: string, dueDay: string | null, finalizedAt: string | null, paidAt: string | null, payments: Array<{ processor: string, amount: string, reference: string | null }>, lines: Array<{ line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null }> };

export type LineSeenFragment = { line: number, kind: InvoiceLineKind, provider: string | null, model: string | null, unit: UsageUnit | null, firstDay: string, lastDay: string, recordCount: number | null, quantity: number | string | null, usd: string | null, exactAmount: string, amount: string, units: Array<{ unit: UsageUnit, quantity: number | string, cost: string }>, fee: { baseFee: string, days: number, daysOfPeriod: number } | null };

export type WatchBudgetStatusSubscriptionVariables = Exact<{
  userId?: string | null | undefined;
  teamId?: string | null | undefined;
  runId?: string | null | undefined;
}>;


export type WatchBudgetStatusSubscription = { budgetStatus: { asOf: string, account: { externalId: string } | null, budgets: Array<{ period: PeriodKind, limit: string | null, spent: string | null, percent: number, account: { kind: AccountKind } | null }> } };

export type SetBudgetMutationVariables = Exact<{
  input: SetBudgetInput;
}>;


export type SetBudgetMutation = { setBudget: { id: string, name: string | null, period: PeriodKind, limit: string, enforcement: Enforcement, thresholds: Array<number>, anchorDay: number | null, anchorMonth: number | null, zone: string, endedAt: string | null, account: { kind: AccountKind, externalId: string }, models: Array<{ provider: string, name: string }> | null } };

export type DeleteBudgetMutationVariables = Exact<{
  id: string;
}>;


export type DeleteBudgetMutation = { deleteBudget: { id: string, endedAt: string | null } };

export type BudgetStatusQueryVariables = Exact<{
  userId?: string | null | undefined;
  teamId?: string | null | undefined;
  runId?: string | null | undefined;
}>;


export type BudgetStatusQuery = { budgetStatus: { asOf: string, account: { externalId: string } | null, budgets: Array<{ budgetId: string | null, name: string | null, period: PeriodKind, limit: string | null, spent: string | null, held: string | null, remaining: string | null, percent: number, startsAt: string | null, resetsAt: string | null, enforcement: Enforcement | null, thresholds: Array<number> | null, denies: boolean, account: { kind: AccountKind, externalId: string } | null, models: Array<{ provider: string, name: string }> | null }> } };

export type CheckBudgetQueryVariables = Exact<{
  input: CheckBudgetInput;
}>;


export type CheckBudgetQuery = { checkBudget: { outcome: DecisionOutcome, reason: DecisionReason, wouldDeny: boolean, remaining: string | null, budget: { budgetId: string | null, period: PeriodKind, account: { kind: AccountKind } | null } | null } };

export type SpendMutationVariables = Exact<{
  input: DeductFromBudgetInput;
}>;


export type SpendMutation = { deductFromBudget: { usageRecord: { charge: string | null } | null, decision: { outcome: DecisionOutcome, reason: DecisionReason, wouldDeny: boolean, remaining: string | null } | null, budgets: Array<{ period: PeriodKind, spent: string | null, limit: string | null, account: { kind: AccountKind } | null }> } };

export type PricingFieldsFragment = { id: string, provider: string, model: string, promptTokenPrice: string | null, completionTokenPrice: string | null, isFree: boolean, effectiveFrom: string, effectiveTo: string | null, source: PricingSource, rates: Array<{ unit: UsageUnit, price: string, per: number | string, least: number | string, tiers: Array<{ start: number | string, price: string }> }>, windows: Array<{ start: string, end: string, rates: Array<{ unit: UsageUnit, price: string }> }> };

export type ModelsQueryVariables = Exact<{
  filter?: ModelFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ModelsQuery = { models: { totalCount: number, edges: Array<{ node: { id: string, provider: string, name: string, displayName: string, own: boolean, retiredAt: string | null, resolvedBy: ResolutionRule | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, endCursor: string | null } } };

export type ModelsWithHistoryQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type ModelsWithHistoryQuery = { models: { edges: Array<{ node: { name: string, pricing: { id: string } | null, pricingHistory: Array<{ id: string, effectiveFrom: string }> } }> } };

export type ModelQueryVariables = Exact<{
  name: string;
  provider?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type ModelQuery = { model: { id: string, provider: string, name: string, displayName: string, contextWindow: number | string | null, own: boolean, retiredAt: string | null, resolvedBy: ResolutionRule | null, pricing: { id: string, provider: string, model: string, promptTokenPrice: string | null, completionTokenPrice: string | null, isFree: boolean, effectiveFrom: string, effectiveTo: string | null, source: PricingSource, rates: Array<{ unit: UsageUnit, price: string, per: number | string, least: number | string, tiers: Array<{ start: number | string, price: string }> }>, windows: Array<{ start: string, end: string, rates: Array<{ unit: UsageUnit, price: string }> }> } | null, pricingHistory: Array<{ id: string, promptTokenPrice: string | null, effectiveFrom: string, effectiveTo: string | null, source: PricingSource }> } | null };

export type SetPricingMutationVariables = Exact<{
  input: SetPricingInput;
}>;


export type SetPricingMutation = { setPricing: { id: string, provider: string, model: string, promptTokenPrice: string | null, completionTokenPrice: string | null, isFree: boolean, effectiveFrom: string, effectiveTo: string | null, source: PricingSource, rates: Array<{ unit: UsageUnit, price: string, per: number | string, least: number | string, tiers: Array<{ start: number | string, price: string }> }>, windows: Array<{ start: string, end: string, rates: Array<{ unit: UsageUnit, price: string }> }> } };

export type CatalogStatusQueryVariables = Exact<{ [key: string]: never; }>;


export type CatalogStatusQuery = { catalogStatus: { version: string, source: string | null, lastImportAt: string | null, lastAttemptAt: string | null, lastOutcome: PricingImportOutcome | null, failure: string | null, ageSeconds: number | null, stale: boolean } };

export type RefreshPricingMutationVariables = Exact<{ [key: string]: never; }>;


export type RefreshPricingMutation = { refreshPricing: { outcome: PricingImportOutcome, source: string, importedAt: string, failure: string | null, providerCount: number, modelCount: number, added: Array<{ provider: string, name: string }>, changed: Array<{ provider: string, name: string, effectiveFrom: string }>, withdrawn: Array<{ provider: string, name: string, effectiveFrom: string }>, retired: Array<{ provider: string, name: string }>, restored: Array<{ provider: string, name: string }>, cleaned: Array<{ provider: string, name: string, unit: UsageUnit, from: string, to: string }>, free: Array<{ provider: string, name: string }>, freeWithoutSayingSo: Array<{ provider: string, name: string }>, unusable: Array<{ provider: string, name: string | null, reason: string }> } };

export type EstimateCostQueryVariables = Exact<{
  input: EstimateCostInput;
}>;


export type EstimateCostQuery = { estimateCost: { at: string, promptTokens: number | string, tokenizer: string, isExact: boolean, promptCost: string, likelyCost: string | null, likelyCompletionTokens: number | string | null, likelyBasis: LikelyBasis | null, upperBoundCost: string | null, hasUnratedUnits: boolean, model: { provider: string, name: string, resolvedBy: ResolutionRule | null }, pricing: { id: string, promptTokenPrice: string | null }, lines: Array<{ unit: UsageUnit, quantity: number | string, ratePrice: string | null, per: number | string | null, tierStart: number | string | null, amount: string, note: string | null, window: { start: string, end: string } | null }>, upperBoundLines: Array<{ unit: UsageUnit, quantity: number | string, ratePrice: string | null, amount: string }> } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { roles: Array<Role>, permissions: Array<string>, organization: { id: string, name: string, zone: string }, apiKey: { id: string, name: string, prefix: string }, account: { kind: AccountKind, externalId: string } | null, features: { pricing: boolean, budgetEnforcement: boolean, billing: boolean } } };

export type ApiKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type ApiKeysQuery = { apiKeys: Array<{ id: string, name: string, prefix: string, roles: Array<Role>, revokedAt: string | null }> };

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;


export type CreateOrganizationMutation = { createOrganization: { apiKeyValue: string, organization: { id: string, name: string, zone: string }, apiKey: { id: string, roles: Array<Role> } } };

export type SetOrganizationMutationVariables = Exact<{
  input: SetOrganizationInput;
}>;


export type SetOrganizationMutation = { setOrganization: { id: string, name: string, zone: string } };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey: { value: string, apiKey: { id: string, name: string, prefix: string, roles: Array<Role> } } };

export type RevokeApiKeyMutationVariables = Exact<{
  id: string;
}>;


export type RevokeApiKeyMutation = { revokeApiKey: { id: string, revokedAt: string | null } };

export type SetAccountMutationVariables = Exact<{
  input: SetAccountInput;
}>;


export type SetAccountMutation = { setAccount: { id: string, kind: AccountKind, externalId: string, name: string | null, disabledAt: string | null, team: { externalId: string } | null, user: { externalId: string } | null } };

export type BudgetSeenFragment = { name: string | null, limit: string | null, spent: string | null, held: string | null };

export type HoldSeenFragment = { replayed: boolean, decision: { outcome: DecisionOutcome, asked: string | null, budget: { name: string | null } | null }, reservation: { id: string, amount: string, state: ReservationState, expiresAt: string } | null, budgets: Array<{ name: string | null, limit: string | null, spent: string | null, held: string | null }> };

export type ReserveSeenMutationVariables = Exact<{
  input: ReserveBudgetInput;
}>;


export type ReserveSeenMutation = { reserveBudget: { replayed: boolean, decision: { outcome: DecisionOutcome, asked: string | null, budget: { name: string | null } | null }, reservation: { id: string, amount: string, state: ReservationState, expiresAt: string } | null, budgets: Array<{ name: string | null, limit: string | null, spent: string | null, held: string | null }> } };

export type ExtendSeenMutationVariables = Exact<{
  input: ExtendReservationInput;
}>;


export type ExtendSeenMutation = { extendReservation: { replayed: boolean, decision: { outcome: DecisionOutcome, asked: string | null, budget: { name: string | null } | null }, reservation: { id: string, amount: string, state: ReservationState, expiresAt: string } | null, budgets: Array<{ name: string | null, limit: string | null, spent: string | null, held: string | null }> } };

export type ReleaseSeenMutationVariables = Exact<{
  input: ReleaseReservationInput;
}>;


export type ReleaseSeenMutation = { releaseReservation: { reservation: { id: string, state: ReservationState, endedAt: string | null } } };

export type SettleSeenMutationVariables = Exact<{
  input: RecordUsageInput;
}>;


export type SettleSeenMutation = { recordUsage: { replayed: boolean, settled: boolean | null, overran: boolean, usageRecord: { idempotencyKey: string, charge: string | null } | null, reservation: { id: string, amount: string, state: ReservationState, endedAt: string | null } | null, budgets: Array<{ name: string | null, limit: string | null, spent: string | null, held: string | null }> } };

export type LimitSeenMutationVariables = Exact<{
  input: SetBudgetInput;
}>;


export type LimitSeenMutation = { setBudget: { name: string | null, limit: string } };

export type StatusSeenQueryVariables = Exact<{
  userId?: string | null | undefined;
}>;


export type StatusSeenQuery = { budgetStatus: { budgets: Array<{ name: string | null, limit: string | null, spent: string | null, held: string | null }> } };

export type ReservationPartsFragment = { id: string, state: ReservationState, amount: string, runId: string | null, provider: string | null, model: string | null, createdAt: string, expiresAt: string, endedAt: string | null, usageRecordId: string | null };

export type DecisionPartsFragment = { outcome: DecisionOutcome, reason: DecisionReason, wouldDeny: boolean, asked: string | null, remaining: string | null, maxCompletionTokens: number | string | null, budget: { name: string | null, period: PeriodKind, limit: string | null, spent: string | null, held: string | null, resetsAt: string | null } | null };

export type ReserveBudgetMutationVariables = Exact<{
  input: ReserveBudgetInput;
}>;


export type ReserveBudgetMutation = { reserveBudget: { replayed: boolean, decision: { outcome: DecisionOutcome, reason: DecisionReason, wouldDeny: boolean, asked: string | null, remaining: string | null, maxCompletionTokens: number | string | null, budget: { name: string | null, period: PeriodKind, limit: string | null, spent: string | null, held: string | null, resetsAt: string | null } | null }, reservation: { id: string, state: ReservationState, amount: string, runId: string | null, provider: string | null, model: string | null, createdAt: string, expiresAt: string, endedAt: string | null, usageRecordId: string | null } | null } };

export type ReserveMutationVariables = Exact<{
  input: ReserveBudgetInput;
}>;


export type ReserveMutation = { reserveBudget: { decision: { outcome: DecisionOutcome, reason: DecisionReason }, reservation: { id: string } | null } };

export type ReserveBudgetBatchMutationVariables = Exact<{
  input: ReserveBudgetBatchInput;
}>;


export type ReserveBudgetBatchMutation = { reserveBudgetBatch: { items: Array<{ result: { replayed: boolean, decision: { outcome: DecisionOutcome, reason: DecisionReason, wouldDeny: boolean, asked: string | null, remaining: string | null, maxCompletionTokens: number | string | null, budget: { name: string | null, period: PeriodKind, limit: string | null, spent: string | null, held: string | null, resetsAt: string | null } | null }, reservation: { id: string, state: ReservationState, amount: string, runId: string | null, provider: string | null, model: string | null, createdAt: string, expiresAt: string, endedAt: string | null, usageRecordId: string | null } | null } | null, error: { code: string, field: Array<string> | null } | null }> } };

export type ExtendReservationMutationVariables = Exact<{
  input: ExtendReservationInput;
}>;


export type ExtendReservationMutation = { extendReservation: { replayed: boolean, decision: { outcome: DecisionOutcome, reason: DecisionReason, wouldDeny: boolean, asked: string | null, remaining: string | null, maxCompletionTokens: number | string | null, budget: { name: string | null, period: PeriodKind, limit: string | null, spent: string | null, held: string | null, resetsAt: string | null } | null }, reservation: { id: string, state: ReservationState, amount: string, runId: string | null, provider: string | null, model: string | null, createdAt: string, expiresAt: string, endedAt: string | null, usageRecordId: string | null } | null } };

export type ReleaseReservationMutationVariables = Exact<{
  input: ReleaseReservationInput;
}>;


export type ReleaseReservationMutation = { releaseReservation: { reservation: { id: string, state: ReservationState, amount: string, runId: string | null, provider: string | null, model: string | null, createdAt: string, expiresAt: string, endedAt: string | null, usageRecordId: string | null } } };

export type SettleMutationVariables = Exact<{
  input: RecordUsageInput;
}>;


export type SettleMutation = { recordUsage: { replayed: boolean, settled: boolean | null, overran: boolean, usageRecord: { id: string, charge: string | null, budgetAt: string, occurredAt: string, runId: string | null } | null, budgets: Array<{ name: string | null, spent: string | null, held: string | null }>, reservation: { id: string, state: ReservationState, amount: string, runId: string | null, provider: string | null, model: string | null, createdAt: string, expiresAt: string, endedAt: string | null, usageRecordId: string | null } | null } };

export type ReservationByIdQueryVariables = Exact<{
  id: string;
}>;


export type ReservationByIdQuery = { node:
    | { id: string, state: ReservationState, amount: string, runId: string | null, provider: string | null, model: string | null, createdAt: string, expiresAt: string, endedAt: string | null, usageRecordId: string | null, account: { kind: AccountKind, externalId: string } }
    | Record<PropertyKey, never>
   | null };

export type LimitsQueryVariables = Exact<{
  userId?: string | null | undefined;
}>;


export type LimitsQuery = { budgetStatus: { budgets: Array<{ name: string | null, spent: string | null, held: string | null, denies: boolean, wouldDenyCount: number | null, graceUntil: string | null, burnRate: string | null, exhaustsAt: string | null }> } };

export type ReserveOnMutationVariables = Exact<{
  input: ReserveBudgetInput;
}>;


export type ReserveOnMutation = { reserveBudget: { replayed: boolean, decision: { outcome: DecisionOutcome }, reservation: { id: string } | null, budgets: Array<{ name: string | null, spent: string | null, held: string | null, remaining: string | null }> } };

export type ReserveBatchOnMutationVariables = Exact<{
  input: ReserveBudgetBatchInput;
}>;


export type ReserveBatchOnMutation = { reserveBudgetBatch: { items: Array<{ result: { replayed: boolean, reservation: { id: string } | null, budgets: Array<{ name: string | null, held: string | null }> } | null }> } };

export type ExtendOnMutationVariables = Exact<{
  input: ExtendReservationInput;
}>;


export type ExtendOnMutation = { extendReservation: { replayed: boolean, budgets: Array<{ name: string | null, held: string | null }> } };

export type SettleBatchMutationVariables = Exact<{
  input: RecordUsageBatchInput;
}>;


export type SettleBatchMutation = { recordUsageBatch: { items: Array<{ result: { settled: boolean | null, budgets: Array<{ name: string | null, spent: string | null, held: string | null }> } | null }> } };

export type UsageRecordsQueryVariables = Exact<{
  filter?: UsageFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UsageRecordsQuery = { usageRecords: { edges: Array<{ cursor: string, node: { id: string, idempotencyKey: string, occurredAt: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type UsageDetailsQueryVariables = Exact<{
  filter?: UsageFilter | null | undefined;
  first?: number | null | undefined;
}>;


export type UsageDetailsQuery = { usageRecords: { edges: Array<{ node: { id: string, idempotencyKey: string, kind: UsageKind, providerSent: string | null, modelSent: string | null, provider: string | null, model: string | null, runId: string | null, cost: string | null, charge: string | null, hasUnratedUnits: boolean | null, unpricedReason: UnpricedReason | null, occurredAt: string, budgetAt: string, recordedAt: string, pricedAt: string | null, account: { kind: AccountKind, externalId: string, team: { externalId: string } | null }, team: { externalId: string } | null, pricing: { id: string, provider: string, model: string, source: PricingSource } | null, costLines: Array<{ unit: UsageUnit, quantity: number | string, ratePrice: string | null, per: number | string | null, amount: string }> | null, tags: Array<{ key: string, value: string }>, quantities: Array<{ unit: UsageUnit, quantity: number | string }> } }> } };

export type UsageSummaryQueryVariables = Exact<{
  input: UsageSummaryInput;
}>;


export type UsageSummaryQuery = { usageSummary: { rows: Array<{ day: string | null, month: string | null, provider: string | null, model: string | null, recordCount: number | string, unpricedCount: number | string, unratedCount: number | string, inputTokens: number | string, cacheReadTokens: number | string, cacheWriteTokens: number | string, outputTokens: number | string, cost: string, charge: string, account: { externalId: string } | null, team: { externalId: string } | null }>, totals: { provider: string | null, model: string | null, recordCount: number | string, unpricedCount: number | string, unratedCount: number | string, inputTokens: number | string, cacheReadTokens: number | string, cacheWriteTokens: number | string, outputTokens: number | string, cost: string, charge: string } } };

export type SumsFragment = { provider: string | null, model: string | null, recordCount: number | string, unpricedCount: number | string, unratedCount: number | string, inputTokens: number | string, cacheReadTokens: number | string, cacheWriteTokens: number | string, outputTokens: number | string, cost: string, charge: string };

export type NodeByIdQueryVariables = Exact<{
  id: string;
}>;


export type NodeByIdQuery = { node:
    | { __typename: 'Account', id: string }
    | { __typename: 'Alert', id: string }
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Budget', id: string }
    | { __typename: 'Invoice', id: string }
    | { __typename: 'Model', id: string }
    | { __typename: 'Organization', id: string }
    | { __typename: 'Plan', id: string }
    | { __typename: 'PlanSubscription', id: string }
    | { __typename: 'Pricing', id: string }
    | { __typename: 'Reservation', id: string }
    | { __typename: 'UsageRecord', id: string }
   | null };

export type WidestReadQueryVariables = Exact<{
  first: number;
  from: string;
  to: string;
}>;


export type WidestReadQuery = { usageRecords: { edges: Array<{ node: { id: string, account: { id: string, externalId: string, team: { id: string } | null }, team: { id: string, externalId: string } | null, pricing: { id: string, effectiveFrom: string, rates: Array<{ unit: UsageUnit, price: string }> } | null, costLines: Array<{ unit: UsageUnit, amount: string }> | null, quantities: Array<{ unit: UsageUnit, quantity: number | string }>, tags: Array<{ key: string }> } }> }, models: { edges: Array<{ node: { id: string, pricing: { id: string, rates: Array<{ unit: UsageUnit }> } | null, pricingHistory: Array<{ id: string, effectiveFrom: string }> } }> }, budgetStatus: { account: { id: string } | null, budgets: Array<{ budgetId: string | null, limit: string | null, spent: string | null, account: { externalId: string } | null }> }, alerts: { edges: Array<{ node: { id: string, account: { id: string, team: { id: string } | null } | null } }> }, usageSummary: { rows: Array<{ cost: string, account: { id: string } | null, team: { id: string } | null }> } };

export type RecordPartsFragment = { id: string, idempotencyKey: string, kind: UsageKind, providerSent: string | null, modelSent: string | null, provider: string | null, model: string | null, runId: string | null, cost: string | null, charge: string | null, hasUnratedUnits: boolean | null, unpricedReason: UnpricedReason | null, occurredAt: string, budgetAt: string, recordedAt: string, pricedAt: string | null, tags: Array<{ key: string, value: string }>, quantities: Array<{ unit: UsageUnit, quantity: number | string }> };

export type RecordUsageMutationVariables = Exact<{
  input: RecordUsageInput;
}>;


export type RecordUsageMutation = { recordUsage: { replayed: boolean, usageRecord: { id: string, idempotencyKey: string, kind: UsageKind, providerSent: string | null, modelSent: string | null, provider: string | null, model: string | null, runId: string | null, cost: string | null, charge: string | null, hasUnratedUnits: boolean | null, unpricedReason: UnpricedReason | null, occurredAt: string, budgetAt: string, recordedAt: string, pricedAt: string | null, tags: Array<{ key: string, value: string }>, quantities: Array<{ unit: UsageUnit, quantity: number | string }> } | null } };

export type RecordProviderUsageMutationVariables = Exact<{
  input: RecordProviderUsageInput;
}>;


export type RecordProviderUsageMutation = { recordProviderUsage: { replayed: boolean, usageRecord: { id: string, idempotencyKey: string, kind: UsageKind, providerSent: string | null, modelSent: string | null, provider: string | null, model: string | null, runId: string | null, cost: string | null, charge: string | null, hasUnratedUnits: boolean | null, unpricedReason: UnpricedReason | null, occurredAt: string, budgetAt: string, recordedAt: string, pricedAt: string | null, tags: Array<{ key: string, value: string }>, quantities: Array<{ unit: UsageUnit, quantity: number | string }> } | null } };

export type RecordUsageBatchMutationVariables = Exact<{
  input: RecordUsageBatchInput;
}>;


export type RecordUsageBatchMutation = { recordUsageBatch: { items: Array<{ result: { replayed: boolean, usageRecord: { id: string, idempotencyKey: string, kind: UsageKind, providerSent: string | null, modelSent: string | null, provider: string | null, model: string | null, runId: string | null, cost: string | null, charge: string | null, hasUnratedUnits: boolean | null, unpricedReason: UnpricedReason | null, occurredAt: string, budgetAt: string, recordedAt: string, pricedAt: string | null, tags: Array<{ key: string, value: string }>, quantities: Array<{ unit: UsageUnit, quantity: number | string }> } | null } | null, error: { code: string, message: string, field: Array<string> | null, retryable: boolean } | null }> } };

export type DeductFromBudgetMutationVariables = Exact<{
  input: DeductFromBudgetInput;
}>;


export type DeductFromBudgetMutation = { deductFromBudget: { replayed: boolean, usageRecord: { id: string, idempotencyKey: string, kind: UsageKind, providerSent: string | null, modelSent: string | null, provider: string | null, model: string | null, runId: string | null, cost: string | null, charge: string | null, hasUnratedUnits: boolean | null, unpricedReason: UnpricedReason | null, occurredAt: string, budgetAt: string, recordedAt: string, pricedAt: string | null, tags: Array<{ key: string, value: string }>, quantities: Array<{ unit: UsageUnit, quantity: number | string }> } | null, budgets: Array<{ period: PeriodKind, limit: string | null, spent: string | null, remaining: string | null }>, decision: { outcome: DecisionOutcome, reason: DecisionReason, wouldDeny: boolean, remaining: string | null, budget: { period: PeriodKind, limit: string | null, spent: string | null } | null } | null } };

export type CorrectUsageMutationVariables = Exact<{
  input: CorrectUsageInput;
}>;


export type CorrectUsageMutation = { correctUsage: { replayed: boolean, usageRecord: { id: string, idempotencyKey: string, kind: UsageKind, providerSent: string | null, modelSent: string | null, provider: string | null, model: string | null, runId: string | null, cost: string | null, charge: string | null, hasUnratedUnits: boolean | null, unpricedReason: UnpricedReason | null, occurredAt: string, budgetAt: string, recordedAt: string, pricedAt: string | null, costLines: Array<{ unit: UsageUnit, quantity: number | string, amount: string }> | null, corrects: { correctedId: string, reversalId: string, replacementId: string | null, reason: string } | null, tags: Array<{ key: string, value: string }>, quantities: Array<{ unit: UsageUnit, quantity: number | string }> } | null, budgets: Array<{ period: PeriodKind, spent: string | null }> } };

export type CorrectionOfQueryVariables = Exact<{
  id: string;
}>;


export type CorrectionOfQuery = { node:
    | { id: string, idempotencyKey: string, kind: UsageKind, providerSent: string | null, modelSent: string | null, provider: string | null, model: string | null, runId: string | null, cost: string | null, charge: string | null, hasUnratedUnits: boolean | null, unpricedReason: UnpricedReason | null, occurredAt: string, budgetAt: string, recordedAt: string, pricedAt: string | null, correction: { correctedId: string, reversalId: string, replacementId: string | null, reason: string, correctedAt: string } | null, corrects: { correctedId: string } | null, tags: Array<{ key: string, value: string }>, quantities: Array<{ unit: UsageUnit, quantity: number | string }> }
    | Record<PropertyKey, never>
   | null };

export const AlertPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AlertParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Alert"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgetId"}},{"kind":"Field","name":{"kind":"Name","value":"periodStartsAt"}},{"kind":"Field","name":{"kind":"Name","value":"periodEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"threshold"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"reservation"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<AlertPartsFragment, unknown>;
export const ChargeSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChargeSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"markup"}}]}}]} as unknown as DocumentNode<ChargeSeenFragment, unknown>;
export const TermsSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TermsSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanTerms"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"usdRateDay"}},{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"anchoring"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"includedCredit"}},{"kind":"Field","name":{"kind":"Name","value":"minimumSpend"}},{"kind":"Field","name":{"kind":"Name","value":"maximumSpend"}},{"kind":"Field","name":{"kind":"Name","value":"trialDays"}},{"kind":"Field","name":{"kind":"Name","value":"paymentTermDays"}},{"kind":"Field","name":{"kind":"Name","value":"markups"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tieredUnits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"mode"}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upTo"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"flatFee"}}]}},{"kind":"Field","name":{"kind":"Name","value":"packagePrice"}},{"kind":"Field","name":{"kind":"Name","value":"packageSize"}},{"kind":"Field","name":{"kind":"Name","value":"freeUnits"}}]}}]}}]} as unknown as DocumentNode<TermsSeenFragment, unknown>;
export const PlanSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PlanSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Plan"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TermsSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TermsSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanTerms"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"usdRateDay"}},{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"anchoring"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"includedCredit"}},{"kind":"Field","name":{"kind":"Name","value":"minimumSpend"}},{"kind":"Field","name":{"kind":"Name","value":"maximumSpend"}},{"kind":"Field","name":{"kind":"Name","value":"trialDays"}},{"kind":"Field","name":{"kind":"Name","value":"paymentTermDays"}},{"kind":"Field","name":{"kind":"Name","value":"markups"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tieredUnits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"mode"}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upTo"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"flatFee"}}]}},{"kind":"Field","name":{"kind":"Name","value":"packagePrice"}},{"kind":"Field","name":{"kind":"Name","value":"packageSize"}},{"kind":"Field","name":{"kind":"Name","value":"freeUnits"}}]}}]}}]} as unknown as DocumentNode<PlanSeenFragment, unknown>;
export const PeriodSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PeriodSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BillingPeriod"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"baseFeeShares"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]} as unknown as DocumentNode<PeriodSeenFragment, unknown>;
export const SubscriptionSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SubscriptionSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanSubscription"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"phases"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fromDay"}},{"kind":"Field","name":{"kind":"Name","value":"plan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"currentPeriod"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PeriodSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PeriodSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BillingPeriod"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"baseFeeShares"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]} as unknown as DocumentNode<SubscriptionSeenFragment, unknown>;
export const LineSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}}]} as unknown as DocumentNode<LineSeenFragment, unknown>;
export const InvoiceSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"carried"}},{"kind":"Field","name":{"kind":"Name","value":"remainder"}},{"kind":"Field","name":{"kind":"Name","value":"dueDay"}},{"kind":"Field","name":{"kind":"Name","value":"finalizedAt"}},{"kind":"Field","name":{"kind":"Name","value":"paidAt"}},{"kind":"Field","name":{"kind":"Name","value":"payments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"processor"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}}]} as unknown as DocumentNode<InvoiceSeenFragment, unknown>;
export const PricingFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PricingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Pricing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"promptTokenPrice"}},{"kind":"Field","name":{"kind":"Name","value":"completionTokenPrice"}},{"kind":"Field","name":{"kind":"Name","value":"isFree"}},{"kind":"Field","name":{"kind":"Name","value":"rates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"least"}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"price"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"windows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"rates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"price"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}}]} as unknown as DocumentNode<PricingFieldsFragment, unknown>;
export const BudgetSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BudgetSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BudgetPeriodStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}}]} as unknown as DocumentNode<BudgetSeenFragment, unknown>;
export const HoldSeenFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HoldSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BudgetSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BudgetSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BudgetPeriodStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}}]} as unknown as DocumentNode<HoldSeenFragment, unknown>;
export const ReservationPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReservationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reservation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usageRecordId"}}]}}]} as unknown as DocumentNode<ReservationPartsFragment, unknown>;
export const DecisionPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DecisionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Decision"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"wouldDeny"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"maxCompletionTokens"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"resetsAt"}}]}}]}}]} as unknown as DocumentNode<DecisionPartsFragment, unknown>;
export const SumsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Sums"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageSummaryRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedCount"}},{"kind":"Field","name":{"kind":"Name","value":"unratedCount"}},{"kind":"Field","name":{"kind":"Name","value":"inputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"cacheReadTokens"}},{"kind":"Field","name":{"kind":"Name","value":"cacheWriteTokens"}},{"kind":"Field","name":{"kind":"Name","value":"outputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}}]}}]} as unknown as DocumentNode<SumsFragment, unknown>;
export const RecordPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"providerSent"}},{"kind":"Field","name":{"kind":"Name","value":"modelSent"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedReason"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pricedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]} as unknown as DocumentNode<RecordPartsFragment, unknown>;
export const AlertsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Alerts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AlertFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"alerts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AlertParts"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AlertParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Alert"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgetId"}},{"kind":"Field","name":{"kind":"Name","value":"periodStartsAt"}},{"kind":"Field","name":{"kind":"Name","value":"periodEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"threshold"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"reservation"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<AlertsQuery, AlertsQueryVariables>;
export const BudgetAlertsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"BudgetAlerts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"teamId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"runId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgetAlerts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"teamId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"teamId"}}},{"kind":"Argument","name":{"kind":"Name","value":"runId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"runId"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AlertParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AlertParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Alert"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgetId"}},{"kind":"Field","name":{"kind":"Name","value":"periodStartsAt"}},{"kind":"Field","name":{"kind":"Name","value":"periodEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"threshold"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"reservation"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<BudgetAlertsSubscription, BudgetAlertsSubscriptionVariables>;
export const AlertFeedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"AlertFeed"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"alertFeed"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"AlertParts"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"AlertParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Alert"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgetId"}},{"kind":"Field","name":{"kind":"Name","value":"periodStartsAt"}},{"kind":"Field","name":{"kind":"Name","value":"periodEndsAt"}},{"kind":"Field","name":{"kind":"Name","value":"threshold"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"reservation"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]} as unknown as DocumentNode<AlertFeedSubscription, AlertFeedSubscriptionVariables>;
export const SetPlanDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetPlan"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetPlanInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setPlan"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PlanSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TermsSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanTerms"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"usdRateDay"}},{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"anchoring"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"includedCredit"}},{"kind":"Field","name":{"kind":"Name","value":"minimumSpend"}},{"kind":"Field","name":{"kind":"Name","value":"maximumSpend"}},{"kind":"Field","name":{"kind":"Name","value":"trialDays"}},{"kind":"Field","name":{"kind":"Name","value":"paymentTermDays"}},{"kind":"Field","name":{"kind":"Name","value":"markups"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tieredUnits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"mode"}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upTo"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"flatFee"}}]}},{"kind":"Field","name":{"kind":"Name","value":"packagePrice"}},{"kind":"Field","name":{"kind":"Name","value":"packageSize"}},{"kind":"Field","name":{"kind":"Name","value":"freeUnits"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PlanSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Plan"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TermsSeen"}}]}}]}}]} as unknown as DocumentNode<SetPlanMutation, SetPlanMutationVariables>;
export const RecordChargedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordCharged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ChargeSeen"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChargeSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"markup"}}]}}]} as unknown as DocumentNode<RecordChargedMutation, RecordChargedMutationVariables>;
export const CorrectChargedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CorrectCharged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CorrectUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"correctUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ChargeSeen"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChargeSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"markup"}}]}}]} as unknown as DocumentNode<CorrectChargedMutation, CorrectChargedMutationVariables>;
export const ReserveChargedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReserveCharged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reserveBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"maxCompletionTokens"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}}]} as unknown as DocumentNode<ReserveChargedMutation, ReserveChargedMutationVariables>;
export const CheckChargedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CheckCharged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CheckBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}}]}}]}}]} as unknown as DocumentNode<CheckChargedQuery, CheckChargedQueryVariables>;
export const ChargesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Charges"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecords"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ChargeSeen"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ChargeSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"markup"}}]}}]} as unknown as DocumentNode<ChargesQuery, ChargesQueryVariables>;
export const PlanOfDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PlanOf"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PlanSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TermsSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanTerms"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"usdRateDay"}},{"kind":"Field","name":{"kind":"Name","value":"interval"}},{"kind":"Field","name":{"kind":"Name","value":"anchoring"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"includedCredit"}},{"kind":"Field","name":{"kind":"Name","value":"minimumSpend"}},{"kind":"Field","name":{"kind":"Name","value":"maximumSpend"}},{"kind":"Field","name":{"kind":"Name","value":"trialDays"}},{"kind":"Field","name":{"kind":"Name","value":"paymentTermDays"}},{"kind":"Field","name":{"kind":"Name","value":"markups"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tieredUnits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"mode"}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upTo"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"flatFee"}}]}},{"kind":"Field","name":{"kind":"Name","value":"packagePrice"}},{"kind":"Field","name":{"kind":"Name","value":"packageSize"}},{"kind":"Field","name":{"kind":"Name","value":"freeUnits"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PlanSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Plan"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"changedAt"}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TermsSeen"}}]}}]}}]} as unknown as DocumentNode<PlanOfQuery, PlanOfQueryVariables>;
export const PlanQuoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PlanQuote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"usage"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"QuotedUsageInput"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"planQuote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}},{"kind":"Argument","name":{"kind":"Name","value":"usage"},"value":{"kind":"Variable","name":{"kind":"Name","value":"usage"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"row"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"shares"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tier"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"flatFee"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}}]} as unknown as DocumentNode<PlanQuoteQuery, PlanQuoteQueryVariables>;
export const PlansDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Plans"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}}]}}]} as unknown as DocumentNode<PlansQuery, PlansQueryVariables>;
export const SubscribeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Subscribe"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SubscribeInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"subscribe"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PeriodSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BillingPeriod"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"baseFeeShares"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SubscriptionSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanSubscription"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"phases"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fromDay"}},{"kind":"Field","name":{"kind":"Name","value":"plan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"currentPeriod"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PeriodSeen"}}]}}]}}]} as unknown as DocumentNode<SubscribeMutation, SubscribeMutationVariables>;
export const ChangeSubscriptionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ChangeSubscription"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ChangeSubscriptionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changeSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PeriodSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BillingPeriod"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"baseFeeShares"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SubscriptionSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanSubscription"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"phases"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fromDay"}},{"kind":"Field","name":{"kind":"Name","value":"plan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"currentPeriod"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PeriodSeen"}}]}}]}}]} as unknown as DocumentNode<ChangeSubscriptionMutation, ChangeSubscriptionMutationVariables>;
export const CancelSubscriptionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelSubscription"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelSubscriptionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PeriodSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BillingPeriod"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"baseFeeShares"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SubscriptionSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanSubscription"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"phases"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fromDay"}},{"kind":"Field","name":{"kind":"Name","value":"plan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"currentPeriod"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PeriodSeen"}}]}}]}}]} as unknown as DocumentNode<CancelSubscriptionMutation, CancelSubscriptionMutationVariables>;
export const PlanSubscriptionOfDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PlanSubscriptionOf"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"teamId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"3"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"LocalDate"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"planSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"teamId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"teamId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionSeen"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"periods"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PeriodSeen"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PeriodSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BillingPeriod"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"baseFeeShares"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SubscriptionSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanSubscription"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"phases"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fromDay"}},{"kind":"Field","name":{"kind":"Name","value":"plan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"currentPeriod"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PeriodSeen"}}]}}]}}]} as unknown as DocumentNode<PlanSubscriptionOfQuery, PlanSubscriptionOfQueryVariables>;
export const PlanSubscriptionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PlanSubscriptions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"planSubscriptions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SubscriptionSeen"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"periods"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PeriodSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BillingPeriod"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"endsAt"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"baseFeeShares"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SubscriptionSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PlanSubscription"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"phases"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fromDay"}},{"kind":"Field","name":{"kind":"Name","value":"plan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}}]}},{"kind":"Field","name":{"kind":"Name","value":"terms"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"currentPeriod"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PeriodSeen"}}]}}]}}]} as unknown as DocumentNode<PlanSubscriptionsQuery, PlanSubscriptionsQueryVariables>;
export const CreateInvoiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateInvoice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateInvoiceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createInvoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"carried"}},{"kind":"Field","name":{"kind":"Name","value":"remainder"}},{"kind":"Field","name":{"kind":"Name","value":"dueDay"}},{"kind":"Field","name":{"kind":"Name","value":"finalizedAt"}},{"kind":"Field","name":{"kind":"Name","value":"paidAt"}},{"kind":"Field","name":{"kind":"Name","value":"payments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"processor"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}}]} as unknown as DocumentNode<CreateInvoiceMutation, CreateInvoiceMutationVariables>;
export const FinalizeInvoiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"FinalizeInvoice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"finalizeInvoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"carried"}},{"kind":"Field","name":{"kind":"Name","value":"remainder"}},{"kind":"Field","name":{"kind":"Name","value":"dueDay"}},{"kind":"Field","name":{"kind":"Name","value":"finalizedAt"}},{"kind":"Field","name":{"kind":"Name","value":"paidAt"}},{"kind":"Field","name":{"kind":"Name","value":"payments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"processor"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}}]} as unknown as DocumentNode<FinalizeInvoiceMutation, FinalizeInvoiceMutationVariables>;
export const VoidInvoiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"VoidInvoice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"voidInvoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"carried"}},{"kind":"Field","name":{"kind":"Name","value":"remainder"}},{"kind":"Field","name":{"kind":"Name","value":"dueDay"}},{"kind":"Field","name":{"kind":"Name","value":"finalizedAt"}},{"kind":"Field","name":{"kind":"Name","value":"paidAt"}},{"kind":"Field","name":{"kind":"Name","value":"payments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"processor"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}}]} as unknown as DocumentNode<VoidInvoiceMutation, VoidInvoiceMutationVariables>;
export const MarkInvoiceUncollectibleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"MarkInvoiceUncollectible"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"markInvoiceUncollectible"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"carried"}},{"kind":"Field","name":{"kind":"Name","value":"remainder"}},{"kind":"Field","name":{"kind":"Name","value":"dueDay"}},{"kind":"Field","name":{"kind":"Name","value":"finalizedAt"}},{"kind":"Field","name":{"kind":"Name","value":"paidAt"}},{"kind":"Field","name":{"kind":"Name","value":"payments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"processor"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}}]} as unknown as DocumentNode<MarkInvoiceUncollectibleMutation, MarkInvoiceUncollectibleMutationVariables>;
export const PayInvoiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PayInvoice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PayInvoiceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"payInvoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"carried"}},{"kind":"Field","name":{"kind":"Name","value":"remainder"}},{"kind":"Field","name":{"kind":"Name","value":"dueDay"}},{"kind":"Field","name":{"kind":"Name","value":"finalizedAt"}},{"kind":"Field","name":{"kind":"Name","value":"paidAt"}},{"kind":"Field","name":{"kind":"Name","value":"payments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"processor"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}}]} as unknown as DocumentNode<PayInvoiceMutation, PayInvoiceMutationVariables>;
export const InvoiceOfDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"InvoiceOf"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceSeen"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"subscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"carried"}},{"kind":"Field","name":{"kind":"Name","value":"remainder"}},{"kind":"Field","name":{"kind":"Name","value":"dueDay"}},{"kind":"Field","name":{"kind":"Name","value":"finalizedAt"}},{"kind":"Field","name":{"kind":"Name","value":"paidAt"}},{"kind":"Field","name":{"kind":"Name","value":"payments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"processor"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}}]} as unknown as DocumentNode<InvoiceOfQuery, InvoiceOfQueryVariables>;
export const InvoicesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Invoices"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"status"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceStatus"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoices"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"status"},"value":{"kind":"Variable","name":{"kind":"Name","value":"status"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvoiceSeen"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"subscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvoiceSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Invoice"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"currency"}},{"kind":"Field","name":{"kind":"Name","value":"usdRate"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"carried"}},{"kind":"Field","name":{"kind":"Name","value":"remainder"}},{"kind":"Field","name":{"kind":"Name","value":"dueDay"}},{"kind":"Field","name":{"kind":"Name","value":"finalizedAt"}},{"kind":"Field","name":{"kind":"Name","value":"paidAt"}},{"kind":"Field","name":{"kind":"Name","value":"payments"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"processor"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"reference"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}}]} as unknown as DocumentNode<InvoicesQuery, InvoicesQueryVariables>;
export const UpcomingInvoiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UpcomingInvoice"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"subscriptionId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upcomingInvoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"subscriptionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"subscriptionId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"dueFromDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodFirstDay"}},{"kind":"Field","name":{"kind":"Name","value":"periodLastDay"}},{"kind":"Field","name":{"kind":"Name","value":"total"}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LineSeen"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LineSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvoiceLine"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"firstDay"}},{"kind":"Field","name":{"kind":"Name","value":"lastDay"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usd"}},{"kind":"Field","name":{"kind":"Name","value":"exactAmount"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"units"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}},{"kind":"Field","name":{"kind":"Name","value":"fee"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"baseFee"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"daysOfPeriod"}}]}}]}}]} as unknown as DocumentNode<UpcomingInvoiceQuery, UpcomingInvoiceQueryVariables>;
export const LineRecordsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"LineRecords"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invoice"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"usageRecords"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<LineRecordsQuery, LineRecordsQueryVariables>;
export const WatchBudgetStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchBudgetStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"teamId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"runId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgetStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"teamId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"teamId"}}},{"kind":"Argument","name":{"kind":"Name","value":"runId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"runId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}}]}}]}}]}}]} as unknown as DocumentNode<WatchBudgetStatusSubscription, WatchBudgetStatusSubscriptionVariables>;
export const SetBudgetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetBudget"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"enforcement"}},{"kind":"Field","name":{"kind":"Name","value":"thresholds"}},{"kind":"Field","name":{"kind":"Name","value":"models"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"anchorDay"}},{"kind":"Field","name":{"kind":"Name","value":"anchorMonth"}},{"kind":"Field","name":{"kind":"Name","value":"zone"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}}]}}]} as unknown as DocumentNode<SetBudgetMutation, SetBudgetMutationVariables>;
export const DeleteBudgetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteBudget"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}}]}}]} as unknown as DocumentNode<DeleteBudgetMutation, DeleteBudgetMutationVariables>;
export const BudgetStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"BudgetStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"teamId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"runId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgetStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}},{"kind":"Argument","name":{"kind":"Name","value":"teamId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"teamId"}}},{"kind":"Argument","name":{"kind":"Name","value":"runId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"runId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgetId"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"models"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"percent"}},{"kind":"Field","name":{"kind":"Name","value":"startsAt"}},{"kind":"Field","name":{"kind":"Name","value":"resetsAt"}},{"kind":"Field","name":{"kind":"Name","value":"enforcement"}},{"kind":"Field","name":{"kind":"Name","value":"thresholds"}},{"kind":"Field","name":{"kind":"Name","value":"denies"}}]}}]}}]}}]} as unknown as DocumentNode<BudgetStatusQuery, BudgetStatusQueryVariables>;
export const CheckBudgetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CheckBudget"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CheckBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"wouldDeny"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgetId"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"period"}}]}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}}]}}]}}]} as unknown as DocumentNode<CheckBudgetQuery, CheckBudgetQueryVariables>;
export const SpendDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Spend"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeductFromBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deductFromBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"charge"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"wouldDeny"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}}]}}]}}]}}]} as unknown as DocumentNode<SpendMutation, SpendMutationVariables>;
export const ModelsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Models"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ModelFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"models"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"own"}},{"kind":"Field","name":{"kind":"Name","value":"retiredAt"}},{"kind":"Field","name":{"kind":"Name","value":"resolvedBy"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}}]} as unknown as DocumentNode<ModelsQuery, ModelsQueryVariables>;
export const ModelsWithHistoryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ModelsWithHistory"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"models"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"pricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pricingHistory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<ModelsWithHistoryQuery, ModelsWithHistoryQueryVariables>;
export const ModelDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Model"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"provider"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"at"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"model"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}},{"kind":"Argument","name":{"kind":"Name","value":"provider"},"value":{"kind":"Variable","name":{"kind":"Name","value":"provider"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"contextWindow"}},{"kind":"Field","name":{"kind":"Name","value":"own"}},{"kind":"Field","name":{"kind":"Name","value":"retiredAt"}},{"kind":"Field","name":{"kind":"Name","value":"resolvedBy"}},{"kind":"Field","name":{"kind":"Name","value":"pricing"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"at"},"value":{"kind":"Variable","name":{"kind":"Name","value":"at"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PricingFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pricingHistory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"promptTokenPrice"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PricingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Pricing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"promptTokenPrice"}},{"kind":"Field","name":{"kind":"Name","value":"completionTokenPrice"}},{"kind":"Field","name":{"kind":"Name","value":"isFree"}},{"kind":"Field","name":{"kind":"Name","value":"rates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"least"}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"price"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"windows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"rates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"price"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}}]} as unknown as DocumentNode<ModelQuery, ModelQueryVariables>;
export const SetPricingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetPricing"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetPricingInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setPricing"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PricingFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PricingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Pricing"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"promptTokenPrice"}},{"kind":"Field","name":{"kind":"Name","value":"completionTokenPrice"}},{"kind":"Field","name":{"kind":"Name","value":"isFree"}},{"kind":"Field","name":{"kind":"Name","value":"rates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"price"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"least"}},{"kind":"Field","name":{"kind":"Name","value":"tiers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"price"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"windows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"rates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"price"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}}]} as unknown as DocumentNode<SetPricingMutation, SetPricingMutationVariables>;
export const CatalogStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CatalogStatus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"catalogStatus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"lastImportAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastOutcome"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}},{"kind":"Field","name":{"kind":"Name","value":"ageSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"stale"}}]}}]}}]} as unknown as DocumentNode<CatalogStatusQuery, CatalogStatusQueryVariables>;
export const RefreshPricingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RefreshPricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"refreshPricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"importedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}},{"kind":"Field","name":{"kind":"Name","value":"providerCount"}},{"kind":"Field","name":{"kind":"Name","value":"modelCount"}},{"kind":"Field","name":{"kind":"Name","value":"added"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changed"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}}]}},{"kind":"Field","name":{"kind":"Name","value":"withdrawn"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}}]}},{"kind":"Field","name":{"kind":"Name","value":"retired"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"restored"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cleaned"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"from"}},{"kind":"Field","name":{"kind":"Name","value":"to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"free"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"freeWithoutSayingSo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"unusable"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}}]} as unknown as DocumentNode<RefreshPricingMutation, RefreshPricingMutationVariables>;
export const EstimateCostDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EstimateCost"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EstimateCostInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"estimateCost"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"model"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"resolvedBy"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"promptTokenPrice"}}]}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"promptTokens"}},{"kind":"Field","name":{"kind":"Name","value":"tokenizer"}},{"kind":"Field","name":{"kind":"Name","value":"isExact"}},{"kind":"Field","name":{"kind":"Name","value":"promptCost"}},{"kind":"Field","name":{"kind":"Name","value":"likelyCost"}},{"kind":"Field","name":{"kind":"Name","value":"likelyCompletionTokens"}},{"kind":"Field","name":{"kind":"Name","value":"likelyBasis"}},{"kind":"Field","name":{"kind":"Name","value":"upperBoundCost"}},{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"ratePrice"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"tierStart"}},{"kind":"Field","name":{"kind":"Name","value":"window"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"note"}}]}},{"kind":"Field","name":{"kind":"Name","value":"upperBoundLines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"ratePrice"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}}]}}]}}]} as unknown as DocumentNode<EstimateCostQuery, EstimateCostQueryVariables>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"zone"}}]}},{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}}]}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"roles"}},{"kind":"Field","name":{"kind":"Name","value":"permissions"}},{"kind":"Field","name":{"kind":"Name","value":"features"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pricing"}},{"kind":"Field","name":{"kind":"Name","value":"budgetEnforcement"}},{"kind":"Field","name":{"kind":"Name","value":"billing"}}]}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const ApiKeysDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ApiKeys"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKeys"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"roles"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]}}]} as unknown as DocumentNode<ApiKeysQuery, ApiKeysQueryVariables>;
export const CreateOrganizationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateOrganization"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateOrganizationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createOrganization"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"zone"}}]}},{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"roles"}}]}},{"kind":"Field","name":{"kind":"Name","value":"apiKeyValue"}}]}}]}}]} as unknown as DocumentNode<CreateOrganizationMutation, CreateOrganizationMutationVariables>;
export const SetOrganizationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetOrganization"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetOrganizationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setOrganization"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"zone"}}]}}]}}]} as unknown as DocumentNode<SetOrganizationMutation, SetOrganizationMutationVariables>;
export const CreateApiKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"prefix"}},{"kind":"Field","name":{"kind":"Name","value":"roles"}}]}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}}]}}]} as unknown as DocumentNode<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const RevokeApiKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}}]}}]}}]} as unknown as DocumentNode<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const SetAccountDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SetAccount"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetAccountInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setAccount"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}}]}}]}}]} as unknown as DocumentNode<SetAccountMutation, SetAccountMutationVariables>;
export const ReserveSeenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReserveSeen"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reserveBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HoldSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BudgetSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BudgetPeriodStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HoldSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BudgetSeen"}}]}}]}}]} as unknown as DocumentNode<ReserveSeenMutation, ReserveSeenMutationVariables>;
export const ExtendSeenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ExtendSeen"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExtendReservationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"extendReservation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"HoldSeen"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BudgetSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BudgetPeriodStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"HoldSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetPayload"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BudgetSeen"}}]}}]}}]} as unknown as DocumentNode<ExtendSeenMutation, ExtendSeenMutationVariables>;
export const ReleaseSeenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReleaseSeen"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReleaseReservationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"releaseReservation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}}]}}]}}]} as unknown as DocumentNode<ReleaseSeenMutation, ReleaseSeenMutationVariables>;
export const SettleSeenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SettleSeen"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"settled"}},{"kind":"Field","name":{"kind":"Name","value":"overran"}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BudgetSeen"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BudgetSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BudgetPeriodStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}}]} as unknown as DocumentNode<SettleSeenMutation, SettleSeenMutationVariables>;
export const LimitSeenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"LimitSeen"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SetBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}}]}}]}}]} as unknown as DocumentNode<LimitSeenMutation, LimitSeenMutationVariables>;
export const StatusSeenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"StatusSeen"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgetStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"BudgetSeen"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"BudgetSeen"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"BudgetPeriodStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}}]} as unknown as DocumentNode<StatusSeenQuery, StatusSeenQueryVariables>;
export const ReserveBudgetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReserveBudget"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reserveBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DecisionParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReservationParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DecisionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Decision"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"wouldDeny"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"maxCompletionTokens"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"resetsAt"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReservationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reservation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usageRecordId"}}]}}]} as unknown as DocumentNode<ReserveBudgetMutation, ReserveBudgetMutationVariables>;
export const ReserveDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Reserve"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reserveBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<ReserveMutation, ReserveMutationVariables>;
export const ReserveBudgetBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReserveBudgetBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetBatchInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reserveBudgetBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DecisionParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReservationParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DecisionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Decision"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"wouldDeny"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"maxCompletionTokens"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"resetsAt"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReservationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reservation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usageRecordId"}}]}}]} as unknown as DocumentNode<ReserveBudgetBatchMutation, ReserveBudgetBatchMutationVariables>;
export const ExtendReservationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ExtendReservation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExtendReservationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"extendReservation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"DecisionParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReservationParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"DecisionParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Decision"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"wouldDeny"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"maxCompletionTokens"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"resetsAt"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReservationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reservation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usageRecordId"}}]}}]} as unknown as DocumentNode<ExtendReservationMutation, ExtendReservationMutationVariables>;
export const ReleaseReservationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReleaseReservation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReleaseReservationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"releaseReservation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReservationParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReservationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reservation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usageRecordId"}}]}}]} as unknown as DocumentNode<ReleaseReservationMutation, ReleaseReservationMutationVariables>;
export const SettleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Settle"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"settled"}},{"kind":"Field","name":{"kind":"Name","value":"overran"}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReservationParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReservationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reservation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usageRecordId"}}]}}]} as unknown as DocumentNode<SettleMutation, SettleMutationVariables>;
export const ReservationByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ReservationById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reservation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ReservationParts"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ReservationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Reservation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"usageRecordId"}}]}}]} as unknown as DocumentNode<ReservationByIdQuery, ReservationByIdQueryVariables>;
export const LimitsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Limits"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgetStatus"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"denies"}},{"kind":"Field","name":{"kind":"Name","value":"wouldDenyCount"}},{"kind":"Field","name":{"kind":"Name","value":"graceUntil"}},{"kind":"Field","name":{"kind":"Name","value":"burnRate"}},{"kind":"Field","name":{"kind":"Name","value":"exhaustsAt"}}]}}]}}]}}]} as unknown as DocumentNode<LimitsQuery, LimitsQueryVariables>;
export const ReserveOnDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReserveOn"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reserveBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}}]}}]}}]}}]} as unknown as DocumentNode<ReserveOnMutation, ReserveOnMutationVariables>;
export const ReserveBatchOnDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReserveBatchOn"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReserveBudgetBatchInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reserveBudgetBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reservation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<ReserveBatchOnMutation, ReserveBatchOnMutationVariables>;
export const ExtendOnDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ExtendOn"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ExtendReservationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"extendReservation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}}]}}]}}]} as unknown as DocumentNode<ExtendOnMutation, ExtendOnMutationVariables>;
export const SettleBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SettleBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordUsageBatchInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordUsageBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"settled"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"held"}}]}}]}}]}}]}}]}}]} as unknown as DocumentNode<SettleBatchMutation, SettleBatchMutationVariables>;
export const UsageRecordsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageRecords"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecords"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<UsageRecordsQuery, UsageRecordsQueryVariables>;
export const UsageDetailsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageDetails"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecords"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordParts"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}},{"kind":"Field","name":{"kind":"Name","value":"costLines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"ratePrice"}},{"kind":"Field","name":{"kind":"Name","value":"per"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"providerSent"}},{"kind":"Field","name":{"kind":"Name","value":"modelSent"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedReason"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pricedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]} as unknown as DocumentNode<UsageDetailsQuery, UsageDetailsQueryVariables>;
export const UsageSummaryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageSummary"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageSummaryInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageSummary"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"day"}},{"kind":"Field","name":{"kind":"Name","value":"month"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"FragmentSpread","name":{"kind":"Name","value":"Sums"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Sums"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Sums"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageSummaryRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedCount"}},{"kind":"Field","name":{"kind":"Name","value":"unratedCount"}},{"kind":"Field","name":{"kind":"Name","value":"inputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"cacheReadTokens"}},{"kind":"Field","name":{"kind":"Name","value":"cacheWriteTokens"}},{"kind":"Field","name":{"kind":"Name","value":"outputTokens"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}}]}}]} as unknown as DocumentNode<UsageSummaryQuery, UsageSummaryQueryVariables>;
export const NodeByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NodeById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<NodeByIdQuery, NodeByIdQueryVariables>;
export const WidestReadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WidestRead"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"from"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LocalDate"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"to"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"LocalDate"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecords"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"rates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"price"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"costLines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"models"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"pricing"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"rates"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pricingHistory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgetStatus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"budgetId"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"externalId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"alerts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"usageSummary"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"from"},"value":{"kind":"Variable","name":{"kind":"Name","value":"from"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"to"},"value":{"kind":"Variable","name":{"kind":"Name","value":"to"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"USER"},{"kind":"EnumValue","value":"TEAM"},{"kind":"EnumValue","value":"DAY"},{"kind":"EnumValue","value":"MODEL"}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"team"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cost"}}]}}]}}]}}]} as unknown as DocumentNode<WidestReadQuery, WidestReadQueryVariables>;
export const RecordUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"providerSent"}},{"kind":"Field","name":{"kind":"Name","value":"modelSent"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedReason"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pricedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]} as unknown as DocumentNode<RecordUsageMutation, RecordUsageMutationVariables>;
export const RecordProviderUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordProviderUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordProviderUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordProviderUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"providerSent"}},{"kind":"Field","name":{"kind":"Name","value":"modelSent"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedReason"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pricedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]} as unknown as DocumentNode<RecordProviderUsageMutation, RecordProviderUsageMutationVariables>;
export const RecordUsageBatchDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordUsageBatch"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordUsageBatchInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordUsageBatch"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"items"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"result"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"error"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"retryable"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"providerSent"}},{"kind":"Field","name":{"kind":"Name","value":"modelSent"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedReason"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pricedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]} as unknown as DocumentNode<RecordUsageBatchMutation, RecordUsageBatchMutationVariables>;
export const DeductFromBudgetDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeductFromBudget"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeductFromBudgetInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deductFromBudget"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decision"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"wouldDeny"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"budget"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"providerSent"}},{"kind":"Field","name":{"kind":"Name","value":"modelSent"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedReason"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pricedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]} as unknown as DocumentNode<DeductFromBudgetMutation, DeductFromBudgetMutationVariables>;
export const CorrectUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CorrectUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CorrectUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"correctUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecord"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordParts"}},{"kind":"Field","name":{"kind":"Name","value":"costLines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"corrects"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"correctedId"}},{"kind":"Field","name":{"kind":"Name","value":"reversalId"}},{"kind":"Field","name":{"kind":"Name","value":"replacementId"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}},{"kind":"Field","name":{"kind":"Name","value":"budgets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"spent"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"providerSent"}},{"kind":"Field","name":{"kind":"Name","value":"modelSent"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedReason"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pricedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]} as unknown as DocumentNode<CorrectUsageMutation, CorrectUsageMutationVariables>;
export const CorrectionOfDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CorrectionOf"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordParts"}},{"kind":"Field","name":{"kind":"Name","value":"correction"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"correctedId"}},{"kind":"Field","name":{"kind":"Name","value":"reversalId"}},{"kind":"Field","name":{"kind":"Name","value":"replacementId"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"correctedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"corrects"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"correctedId"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"idempotencyKey"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"providerSent"}},{"kind":"Field","name":{"kind":"Name","value":"modelSent"}},{"kind":"Field","name":{"kind":"Name","value":"provider"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"runId"}},{"kind":"Field","name":{"kind":"Name","value":"cost"}},{"kind":"Field","name":{"kind":"Name","value":"charge"}},{"kind":"Field","name":{"kind":"Name","value":"hasUnratedUnits"}},{"kind":"Field","name":{"kind":"Name","value":"unpricedReason"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"budgetAt"}},{"kind":"Field","name":{"kind":"Name","value":"recordedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pricedAt"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]} as unknown as DocumentNode<CorrectionOfQuery, CorrectionOfQueryVariables>;