/** Every place of the schema where a client says something, and what it names there. */
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLInputType,
} from 'graphql';
import type { NodeTag } from '../../../src/node-id.js';

const SCHEMA = buildSchema(readFileSync('schema.graphql', 'utf8'));

/** What is named: a row by its opaque id, an account by the caller's id of it, or something by another name of its own. */
export type Named =
  | { readonly kind: 'ID'; readonly of: NodeTag | 'any' }
  | { readonly kind: 'ACCOUNT'; readonly level: 'USER' | 'TEAM' | 'RUN' }
  | { readonly kind: 'CURSOR' }
  | { readonly kind: 'NAME'; readonly of: NameOf };

export type NameOf =
  | 'plan'
  | 'model'
  | 'provider'
  | 'currency'
  | 'idempotency key'
  | 'tag key'
  | 'tag value'
  | 'search'
  | 'subject'
  | 'response';

export interface Place {
  /** Such as `Mutation.recordUsageBatch.input.items.userId`. */
  readonly path: string;
  /** Such as `Mutation`; of a field below the root, its type. */
  readonly type: string;
  readonly field: string;
  /** The argument and the fields in it; a list is entered at its first item. */
  readonly way: readonly (string | number)[];
  /** Where it is declared, such as `RecordUsageInput.userId` or `Query.invoice.id`. */
  readonly declared: string;
  readonly leaf: GraphQLInputType;
}

const id = (of: NodeTag | 'any'): Named => ({ kind: 'ID', of });
const name = (of: NameOf): Named => ({ kind: 'NAME', of });
const CURSOR: Named = { kind: 'CURSOR' };

/** By the last word of the path, whatever it is declared in: so a new field of this name is tried by itself. */
const BY_NAME: Readonly<Record<string, Named>> = {
  userId: { kind: 'ACCOUNT', level: 'USER' },
  externalId: { kind: 'ACCOUNT', level: 'USER' },
  teamId: { kind: 'ACCOUNT', level: 'TEAM' },
  runId: { kind: 'ACCOUNT', level: 'RUN' },
  after: CURSOR,
  idempotencyKey: name('idempotency key'),
  invoiceId: id('invoice'),
  subscriptionId: id('subscription'),
  usageRecordId: id('usage'),
  reservationId: id('reservation'),
  creditGrantId: id('creditgrant'),
  paymentMethodId: id('paymentmethod'),
  apiKeyId: id('apikey'),
  subjectId: id('any'),
  plan: name('plan'),
  code: name('plan'),
  model: name('model'),
  aliases: name('model'),
  provider: name('provider'),
  currency: name('currency'),
  search: name('search'),
  subject: name('subject'),
  response: name('response'),
};

/** Where the last word alone does not say it. */
const BY_DECLARATION: Readonly<Record<string, Named>> = {
  'Query.node.id': id('any'),
  'Query.invoice.id': id('invoice'),
  'Mutation.deleteBudget.id': id('budget'),
  'Mutation.revokeApiKey.id': id('apikey'),
  'EraseAccountInput.account': id('account'),
  'Query.model.name': name('model'),
  'BudgetModelInput.name': name('model'),
  'TagInput.key': name('tag key'),
  'TagInput.value': name('tag value'),
};

/** Types whose values name no row of anybody. */
const VALUES: Readonly<Record<string, string>> = {
  Boolean: 'a switch',
  Int: 'a number, or a place within what is named beside it',
  Decimal: 'an amount',
  Quantity: 'a quantity',
  DateTime: 'an instant',
  LocalDate: 'a day',
};

/** Texts that name nothing of an organization. */
const TEXTS: readonly (readonly [string, string])[] = [
  [
    'kept or counted, and never looked up',
    'ApplyRepriceInput.reason CorrectUsageInput.reason CreateApiKeyInput.name CreateCreditNoteInput.reason CreateCreditNoteInput.refundReference CreateOrganizationInput.name DeductFromBudgetInput.reason GrantCreditInput.reason PayInvoiceInput.reference SetAccountInput.name SetBillingProfileInput.address SetBillingProfileInput.legalName SetBillingProfileInput.taxId SetBudgetInput.name SetOrganizationInput.name SetPlanInput.name SetPricingInput.displayName TaxRateInput.name CheckBudgetInput.prompt EstimateCostInput.prompt ReserveBudgetInput.prompt PromptMessageInput.content PromptMessageInput.name PromptMessageInput.role',
  ],
  [
    'one of a list that is the same for everybody',
    'RecordProviderUsageInput.apiFlavor CreateOrganizationInput.zone SetOrganizationInput.zone CreateApiKeyInput.scopes RetryWebhookEventInput.processor',
  ],
  ['a time', 'RateWindowInput.start RateWindowInput.end Query.financialReport.month'],
  // An event has no organization, and the operator alone may name one.
  ['of the installation', 'RetryWebhookEventInput.eventId Query.webhookEvents.after'],
];
const NAMELESS = new Map(
  TEXTS.flatMap(([reason, places]) => places.split(' ').map((place) => [place, reason] as const)),
);

/** What is named at a place; a reason where nothing is; undefined where nobody has said yet. */
export function namedAt({ declared, leaf }: Place): Named | string | undefined {
  const last = declared.slice(declared.lastIndexOf('.') + 1);
  const nameless = NAMELESS.get(declared);
  if (nameless !== undefined) return nameless;
  if (isEnumType(leaf)) return 'a word of the schema';
  const { name: type } = getNamedType(leaf);
  return VALUES[type] ?? BY_DECLARATION[declared] ?? (/^(ID|String|JSON)$/.test(type) ? BY_NAME[last] : undefined);
}

/** Lines of the tables above that are of no place. */
export function staleLines(places: readonly Place[]): string[] {
  const declared = new Set(places.map((place) => place.declared));
  const names = new Set(places.map((place) => place.declared.slice(place.declared.lastIndexOf('.') + 1)));
  return [
    ...[...NAMELESS.keys(), ...Object.keys(BY_DECLARATION)].filter((line) => !declared.has(line)),
    ...Object.keys(BY_NAME).filter((line) => !names.has(line)),
  ];
}

interface Step {
  readonly way: readonly (string | number)[];
  readonly words: readonly string[];
  readonly declared: string;
  readonly within: readonly string[];
}

function leavesOf(given: GraphQLInputType, step: Step): Pick<Place, 'way' | 'path' | 'declared' | 'leaf'>[] {
  const type = getNullableType(given);
  if (isListType(type)) return leavesOf(type.ofType, { ...step, way: [...step.way, 0] });
  if (!isInputObjectType(type)) {
    return [{ way: step.way, path: step.words.join('.'), declared: step.declared, leaf: type }];
  }
  if (step.within.includes(type.name)) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    leavesOf(field.type, {
      way: [...step.way, field.name],
      words: [...step.words, field.name],
      declared: `${type.name}.${field.name}`,
      within: [...step.within, type.name],
    }),
  );
}

function placesIn(type: string, field: string, { name: argument, type: given }: GraphQLArgument): Place[] {
  const declared = `${type}.${field}.${argument}`;
  const start = { way: [argument], words: declared.split('.'), declared, within: [] };
  return leavesOf(given, start).map((leaf) => ({ type, field, ...leaf }));
}

/** All of them, in the order of the schema. */
export const PLACES: readonly Place[] = Object.values(SCHEMA.getTypeMap())
  .filter(isObjectType)
  .filter(({ name: type }) => !type.startsWith('__'))
  .flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) =>
      field.args.flatMap((argument) => placesIn(type.name, field.name, argument)),
    ),
  );

/** Those at which something is named. */
export function namingPlaces(type: string): readonly (Place & { readonly named: Named })[] {
  return PLACES.filter((place) => place.type === type).flatMap((place) => {
    const named = namedAt(place);
    return named === undefined || typeof named === 'string' ? [] : [{ ...place, named }];
  });
}
