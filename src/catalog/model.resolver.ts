import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../context.js';
import { CATALOGUE, encodeId } from '../node-id.js';
import { FIRST, type Page, PageInfo } from '../page.js';
import { Requires } from '../requires.js';
import { DateTimeScalar } from '../scalars.js';
import type { CatalogService, FoundModel } from './catalog.service.js';
import { ResolutionRule } from './match-model.js';
import { Model } from './model.js';
import type { BookPricing } from './price-book.js';
import { Pricing } from './pricing.js';

registerEnumType(ResolutionRule, {
  name: 'ResolutionRule',
  description: 'How a name led to a model; the first rule that hits wins.',
  valuesConfig: {
    GIVEN_PROVIDER: {
      description: 'A model of the provider that was given, under this name, an alias or a dated snapshot of it.',
    },
    PROVIDER_IN_NAME: { description: 'The name starts with a provider: `provider/name` or `provider:name`.' },
    OWN_MODEL: { description: "A model of the organization's own, of exactly this name." },
    PROVIDER_MATCH: { description: 'The catalogue knows which provider such names belong to.' },
    ONLY_PROVIDER: { description: 'Only one provider has a model of exactly this name.' },
  },
});

@InputType({ description: 'Which models to list; what is left out does not narrow the list.' })
class ModelFilter {
  @Field(() => String, { nullable: true, description: "Only this provider's: its id or another name of it." })
  provider?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those with this text in a name, without regard to case.' })
  search?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only those that the organization set a price of; false: only the others.',
  })
  own?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: also those that the catalogue does not have any more.',
  })
  includeRetired?: boolean | null;
}

@ObjectType({ description: 'One row of a ModelConnection.' })
class ModelEdge {
  @Field(() => Model, { description: 'The model.' })
  node!: FoundModel;

  @Field(() => String, { description: 'Its cursor.' })
  cursor!: string;
}

@ObjectType({ description: 'A page of models, by provider and name.' })
class ModelConnection {
  @Field(() => [ModelEdge], { description: 'The rows of this page.' })
  edges!: ModelEdge[];

  @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'How many models there are on all pages.' })
  totalCount!: number;
}

@Resolver(() => Model)
export class ModelResolver {
  constructor(private readonly catalog: CatalogService) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() model: FoundModel): string {
    return encodeId('model', model.id);
  }

  @FieldResolver(() => Boolean, { description: "Whether it is a model of the organization's own." })
  own(@Root() model: FoundModel): boolean {
    return model.organizationId !== CATALOGUE;
  }

  @FieldResolver(() => ResolutionRule, {
    nullable: true,
    description: 'How the name that was asked for led here; null in lists.',
  })
  resolvedBy(@Root() model: FoundModel): ResolutionRule | null {
    return model.resolvedBy ?? null;
  }

  @Requires('catalog.read')
  @FieldResolver(() => Pricing, {
    nullable: true,
    description:
      "The price in force at an instant, the organization's own before the catalogue's; null where there is none.",
  })
  pricing(
    @Root() model: FoundModel,
    @Arg('at', () => DateTimeScalar, { nullable: true, description: 'Default: now.' }) at: Date | null | undefined,
    @Ctx() context: Context,
  ): Promise<BookPricing | null> {
    return this.catalog.pricingOf(context.operation, model, at);
  }

  @Requires('catalog.read')
  @FieldResolver(() => [Pricing], {
    description:
      "Every price version, newest first: the catalogue's and the organization's own, each a chain of its own.",
  })
  pricingHistory(@Root() model: FoundModel, @Ctx() context: Context): Promise<BookPricing[]> {
    return this.catalog.historyOf(context.operation, model);
  }

  @Requires('catalog.read')
  @Query(() => ModelConnection, {
    description:
      'All models: those of the catalogue and those of the organization’s own. Requires catalog.read. Errors: BAD_USER_INPUT.',
  })
  models(
    @Arg('filter', () => ModelFilter, { nullable: true, description: 'Which models.' })
    filter: ModelFilter | null | undefined,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last row seen.' })
    after: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Page<FoundModel> & { totalCount: number }> {
    return this.catalog.list(context.operation, filter ?? {}, first, after);
  }

  @Requires('catalog.read')
  @Query(() => Model, {
    nullable: true,
    description:
      'The model that a name means, as usage of that name would be priced: aliases and dated snapshots are resolved. Null where the name means none, or models of several providers. Requires catalog.read. Errors: BAD_USER_INPUT.',
  })
  model(
    @Arg('name', () => String, { description: 'The name as it is sent to the provider, at most 255 characters.' })
    name: string,
    @Arg('provider', () => String, { nullable: true, description: 'The provider that is called, such as `openai`.' })
    provider: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<FoundModel | null> {
    return this.catalog.find(context.operation, name, provider);
  }
}
