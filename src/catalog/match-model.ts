/** Which model of the catalogue a provider and a name mean, and by which rule. */
import { compileRule, type MatchRule } from './match-rule.js';

/** A provider, as far as finding models goes. */
export interface MatchableProvider {
  /** The provider's id, such as `openai`. */
  readonly provider: string;
  /** Which other names mean this provider. */
  readonly providerMatch: MatchRule | null;
  /** Which names of models mean a model of this provider where no provider was given. */
  readonly modelMatch: MatchRule | null;
  /** Providers whose models this one offers too, under the same names. */
  readonly fallbackProviders: readonly string[];
}

/** A model, as far as finding it goes. */
export interface MatchableModel {
  readonly provider: string;
  readonly name: string;
  /** Which names mean this model; null for its own name only. */
  readonly match: MatchRule | null;
}

/** The rules in their order: the first that hits wins. */
export enum ResolutionRule {
  /** A model of the provider that was given with the call. */
  GIVEN_PROVIDER = 'GIVEN_PROVIDER',
  /** The name itself starts with a provider: `provider/name` or `provider:name`. */
  PROVIDER_IN_NAME = 'PROVIDER_IN_NAME',
  /** A model of the organization's own, of exactly this name, and no provider was given. */
  OWN_MODEL = 'OWN_MODEL',
  /** The catalogue says which provider such a name belongs to. */
  PROVIDER_MATCH = 'PROVIDER_MATCH',
  /** Only one provider has a model of exactly this name. */
  ONLY_PROVIDER = 'ONLY_PROVIDER',
}

/** Why no model was found. */
export type UnresolvedReason = 'AMBIGUOUS_MODEL' | 'UNKNOWN_MODEL';

export interface ResolvedModel<M extends MatchableModel> {
  readonly kind: 'RESOLVED';
  readonly model: M;
  readonly rule: ResolutionRule;
  /** The provider that the name led to; it differs from the model's where that one offers another's models. */
  readonly throughProvider: string;
}

export interface UnresolvedModel {
  readonly kind: 'UNRESOLVED';
  readonly reason: UnresolvedReason;
  /** The providers that have a model of exactly this name; empty for UNKNOWN_MODEL. */
  readonly candidates: readonly string[];
}

export type Resolution<M extends MatchableModel> = ResolvedModel<M> | UnresolvedModel;

interface ModelEntry<M> {
  readonly model: M;
  readonly matches: (lowerName: string) => boolean;
}

interface ProviderEntry<P> {
  readonly row: P;
  readonly isNamed: (lowerName: string) => boolean;
  readonly hasModel: (lowerName: string) => boolean;
}

interface Hit<M> {
  readonly model: M;
  readonly throughProvider: string;
}

/** Names are remembered with what they led to; a caller with endless new names only makes it forget, not grow. */
const MAX_REMEMBERED = 20_000;

const never = () => false;

/**
 * All models of the catalogue, ready to be found by name. Build it once for each state of the catalogue; `withOwn`
 * puts an organization's models before it at the cost of these models alone.
 */
export class ModelIndex<P extends MatchableProvider, M extends MatchableModel> {
  readonly #providers: readonly ProviderEntry<P>[];
  readonly #byProvider: ReadonlyMap<string, readonly ModelEntry<M>[]>;
  readonly #byName: ReadonlyMap<string, readonly M[]>;
  readonly #catalogue: ModelIndex<P, M> | undefined;
  readonly #remembered = new Map<string, Resolution<M>>();

  /** Providers and models in the catalogue's order: where several match, the first one wins. */
  constructor(providers: readonly P[], models: readonly M[], catalogue?: ModelIndex<P, M>) {
    this.#catalogue = catalogue;
    this.#providers = providers.map((row) => ({
      row,
      isNamed: row.providerMatch ? compileRule(row.providerMatch) : never,
      hasModel: row.modelMatch ? compileRule(row.modelMatch) : never,
    }));
    this.#byProvider = Map.groupBy(models.map(entryOf), ({ model }) => lower(model.provider));
    this.#byName = Map.groupBy(models, (model) => lower(model.name));
  }

  /**
   * The same catalogue with an organization's own models before it. A row for a model that the catalogue has too is a
   * price of that model and not another model: it is found by the catalogue's rules and left out here.
   */
  withOwn(models: readonly M[]): ModelIndex<P, M> {
    const catalogue = this.#catalogue ?? this;
    const own = models.filter((model) => !catalogue.#hasExactly(model.provider, model.name));
    return new ModelIndex<P, M>([], own, catalogue);
  }

  /** The model that a name means, with or without the provider that was called. */
  resolve(name: string, provider?: string | null): Resolution<M> {
    const key = `${provider ?? ''}\n${name}`;
    const known = this.#remembered.get(key);
    if (known) return known;
    const resolution = this.#resolve(lower(name), provider ? lower(provider) : undefined);
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, resolution);
    return resolution;
  }

  /** How many names are remembered with their answers. */
  get rememberedNames(): number {
    return this.#remembered.size;
  }

  /** The provider that a name means: its id, else the first whose rule matches. */
  findProvider(name: string): P | undefined {
    const wanted = lower(name);
    const providers = this.#catalogue ? this.#catalogue.#providers : this.#providers;
    return (providers.find(({ row }) => row.provider === wanted) ?? providers.find(({ isNamed }) => isNamed(wanted)))
      ?.row;
  }

  #resolve(name: string, provider: string | undefined): Resolution<M> {
    const given = provider === undefined ? undefined : this.#inProvider(provider, name);
    if (given) return resolved(given, ResolutionRule.GIVEN_PROVIDER);
    const prefixed = this.#byPrefix(name);
    if (prefixed) return resolved(prefixed, ResolutionRule.PROVIDER_IN_NAME);
    const own = provider === undefined && this.#catalogue ? this.#exactly(name) : [];
    if (own.length === 1 && own[0]) return resolved(at(own[0]), ResolutionRule.OWN_MODEL);
    const owner = (this.#catalogue ?? this).#providers.find(({ hasModel }) => hasModel(name));
    const matched = owner && this.#inProvider(owner.row.provider, name);
    if (matched) return resolved(matched, ResolutionRule.PROVIDER_MATCH);
    const named = this.#catalogue ? [...this.#exactly(name), ...this.#catalogue.#exactly(name)] : this.#exactly(name);
    if (named.length === 1 && named[0]) return resolved(at(named[0]), ResolutionRule.ONLY_PROVIDER);
    const reason = named.length > 1 ? 'AMBIGUOUS_MODEL' : 'UNKNOWN_MODEL';
    return { kind: 'UNRESOLVED', reason, candidates: named.map((model) => model.provider) };
  }

  #byPrefix(name: string): Hit<M> | undefined {
    for (const separator of ['/', ':']) {
      const end = name.indexOf(separator);
      const hit = end > 0 && this.#inProvider(name.slice(0, end), name.slice(end + 1));
      if (hit) return hit;
    }
    return undefined;
  }

  /** A model of this provider: the organization's own first, then the catalogue's, then of those whose models it offers. */
  #inProvider(provider: string, name: string): Hit<M> | undefined {
    const own = this.#catalogue && this.#firstMatch(provider, name);
    if (own) return at(own);
    const catalogue = this.#catalogue ?? this;
    const row = catalogue.findProvider(provider);
    if (!row) return undefined;
    // An own model may be stored under the provider's id while the call names it in another way.
    const renamed = this.#catalogue && this.#firstMatch(row.provider, name);
    if (renamed) return at(renamed);
    const found =
      catalogue.#inRow(row, name) ??
      catalogue.#inRow(row, withDashedDates(name)) ??
      // Some models' rules do not match their own name, which is how everything here names them.
      catalogue.#exactly(name).find((model) => model.provider === row.provider);
    return found && { model: found, throughProvider: row.provider };
  }

  #inRow(row: P, name: string): M | undefined {
    for (const provider of [row.provider, ...row.fallbackProviders]) {
      const found = this.#firstMatch(provider, name);
      if (found) return found;
    }
    return undefined;
  }

  #firstMatch(provider: string, name: string): M | undefined {
    return this.#byProvider.get(lower(provider))?.find(({ matches }) => matches(name))?.model;
  }

  #exactly(name: string): readonly M[] {
    return this.#byName.get(name) ?? [];
  }

  #hasExactly(provider: string, name: string): boolean {
    return this.#exactly(lower(name)).some((model) => lower(model.provider) === lower(provider));
  }
}

function entryOf<M extends MatchableModel>(model: M): ModelEntry<M> {
  return { model, matches: compileRule(model.match ?? { equals: model.name }) };
}

function lower(text: string): string {
  return text.trim().toLowerCase();
}

function at<M extends MatchableModel>(model: M): Hit<M> {
  return { model, throughProvider: model.provider };
}

function resolved<M extends MatchableModel>(hit: Hit<M>, rule: ResolutionRule): ResolvedModel<M> {
  return { kind: 'RESOLVED', rule, ...hit };
}

const PACKED_DATE = /-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g;

/** Providers write the date of a snapshot as 20250514 or as 2025-05-14; the catalogue has one of them. */
function withDashedDates(name: string): string {
  return name.replace(PACKED_DATE, (packed, year: string, month: string, day: string) => {
    const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    return date.getUTCDate() === Number(day) ? `-${year}-${month}-${day}` : packed;
  });
}
