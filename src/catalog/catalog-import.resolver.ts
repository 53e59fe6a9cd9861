import { Ctx, Field, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { Costs } from '../costs.js';
import { Requires } from '../requires.js';
import { DateTimeScalar } from '../scalars.js';
import type { CatalogImportService, CatalogStatus } from './catalog-import.service.js';
import type { ImportReport } from './import-plan.js';
import { ImportOutcome, type ImportRow } from './price-import.js';
import { UsageUnit } from './usage-unit-enum.js';

@ObjectType({ description: 'A model, by name.' })
class ImportedModel {
  @Field(() => String, { description: "The provider's id." })
  provider!: string;

  @Field(() => String, { description: 'The name of the model.' })
  name!: string;
}

@ObjectType({ description: 'A price version that an import wrote, or took back before it began.' })
class ChangedPricing extends ImportedModel {
  @Field(() => String, { description: 'From when on, RFC 3339, UTC.' })
  effectiveFrom!: string;
}

@ObjectType({
  description: 'A price with more than 12 decimal places, the dirt of binary fractions, and what it became.',
})
class CleanedPrice extends ImportedModel {
  @Field(() => UsageUnit, { description: 'What it is the price of.' })
  unit!: UsageUnit;

  @Field(() => String, { description: 'As the catalogue has it, USD, such as 0.18000000000000002.' })
  from!: string;

  @Field(() => String, { description: 'As it is used, USD, such as 0.18.' })
  to!: string;
}

@ObjectType({ description: 'Something that could not be used.' })
class UnusableItem {
  @Field(() => String, { description: "The provider's id." })
  provider!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the model; null where the provider itself is meant.',
  })
  name!: string | null;

  @Field(() => String, { description: 'Why.' })
  reason!: string;
}

@ObjectType({ description: 'What an attempt to import prices did.' })
class PricingImportReport {
  @Field(() => ImportOutcome, { description: 'What became of it.' })
  outcome!: ImportOutcome;

  @Field(() => String, { description: 'Where the prices came from: PACKAGE, or the URL without its query.' })
  source!: string;

  @Field(() => DateTimeScalar, { description: 'When it was done.' })
  importedAt!: Date;

  @Field(() => String, { nullable: true, description: 'Why nothing was taken over; null unless FAILED.' })
  failure!: string | null;

  @Field(() => Int, { description: 'Providers that were read; 0 where FAILED, as all that follows.' })
  providerCount!: number;

  @Field(() => Int, { description: 'Models that were read.' })
  modelCount!: number;

  @Field(() => [ImportedModel], { description: 'Models that are new.' })
  added!: readonly ImportedModel[];

  @Field(() => [ChangedPricing], { description: 'New price versions of models that were known.' })
  changed!: readonly ChangedPricing[];

  @Field(() => [ChangedPricing], { description: 'Versions that were still to come and were taken back.' })
  withdrawn!: readonly ChangedPricing[];

  @Field(() => [ImportedModel], { description: 'Models that the source does not have any more. They stay priced.' })
  retired!: readonly ImportedModel[];

  @Field(() => [ImportedModel], { description: 'Models that had been retired and are back.' })
  restored!: readonly ImportedModel[];

  @Field(() => [CleanedPrice], { description: 'Prices that were rounded to 12 decimal places.' })
  cleaned!: readonly CleanedPrice[];

  @Field(() => [ImportedModel], { description: 'Models whose prices are there but empty, which means free.' })
  free!: readonly ImportedModel[];

  @Field(() => [ImportedModel], { description: 'Those of them that do not have `free` in the name: worth a look.' })
  freeWithoutSayingSo!: readonly ImportedModel[];

  @Field(() => [UnusableItem], { description: 'What could not be used; a price that was there before stays in force.' })
  unusable!: readonly UnusableItem[];
}

@ObjectType('CatalogStatus', { description: 'How current the catalogue’s prices are.' })
class CatalogStatusType {
  @Field(() => String, { description: 'Counts the imports that changed something; digits.' })
  version!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Where the prices in force came from: PACKAGE, or a URL without its query; null before the first import.',
  })
  source!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When prices were last taken over, or found unchanged; null before the first import.',
  })
  lastImportAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When that was last tried, with whatever outcome.' })
  lastAttemptAt!: Date | null;

  @Field(() => ImportOutcome, { nullable: true, description: 'What became of the last attempt.' })
  lastOutcome!: ImportOutcome | null;

  @Field(() => String, { nullable: true, description: 'Why the last attempt failed; null where it did not.' })
  failure!: string | null;

  @Field(() => Int, { nullable: true, description: 'Seconds since lastImportAt.' })
  ageSeconds!: number | null;

  @Field(() => Boolean, {
    description: 'Whether prices are older than two PRICING_UPDATE_INTERVALs; false where none is set.',
  })
  stale!: boolean;
}

@Resolver()
export class CatalogImportResolver {
  constructor(private readonly imports: CatalogImportService) {}

  @Requires('catalog.read')
  @Query(() => CatalogStatusType, { description: 'How current the catalogue’s prices are. Requires catalog.read.' })
  catalogStatus(@Ctx() context: Context): Promise<CatalogStatus> {
    return this.imports.status(context.operation);
  }

  @Requires('catalog.refresh')
  @Costs(20_000)
  @Mutation(() => PricingImportReport, {
    description:
      'Imports prices now: from PRICING_UPDATE_URL where it is set, else those that Tollgate came with. A source that cannot be read or used is the outcome FAILED: the last good prices stay. Organizations’ own prices are never touched. Requires catalog.refresh (OPERATOR). Errors: FORBIDDEN.',
  })
  async refreshPricing(@Ctx() context: Context): Promise<PricingImportReport> {
    const { report, createdAt, ...row }: ImportRow = await this.imports.refresh(context.operation);
    return { ...(report ?? NOTHING), ...row, importedAt: createdAt };
  }
}

const NOTHING: ImportReport = {
  providerCount: 0,
  modelCount: 0,
  added: [],
  changed: [],
  withdrawn: [],
  retired: [],
  restored: [],
  cleaned: [],
  free: [],
  freeWithoutSayingSo: [],
  unusable: [],
};
