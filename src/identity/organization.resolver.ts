import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { Context } from '../context.js';
import { encodeId } from '../node-id.js';
import { Role } from '../principal.js';
import { Requires } from '../requires.js';
import { DateTimeScalar } from '../scalars.js';
import { ApiKey } from './api-key.js';
import { Organization } from './organization.js';
import type { OrganizationService } from './organization.service.js';
import { permissionsOf } from './permission.js';

@InputType({ description: 'A new organization.' })
class CreateOrganizationInput {
  @Field(() => String, { description: 'Display name, 1 to 200 characters, no card number.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'IANA time zone, capitals as in "Europe/Berlin"; default UTC. Fixed once there is usage, a budget or a subscription.',
  })
  zone?: string | null;
}

@InputType({ description: "A change of the caller's organization. What is left out stays as it is." })
class SetOrganizationInput {
  @Field(() => String, { nullable: true, description: 'Display name, 1 to 200 characters, no card number.' })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'IANA time zone, capitals as in "Europe/Berlin"; refused once there is usage, a budget or a subscription.',
  })
  zone?: string | null;
}

@ObjectType({ description: 'An organization that was just made, with its first key.' })
class CreateOrganizationPayload {
  @Field(() => Organization, { description: 'The organization.' })
  organization!: Organization;

  @Field(() => ApiKey, { description: 'Its first API key, an ADMIN.' })
  apiKey!: ApiKey;

  @Field(() => String, { description: 'The value of that key. It is shown this once and stored nowhere.' })
  apiKeyValue!: string;
}

@ObjectType({ description: 'Which parts of the installation are switched on.' })
export class Features {
  @Field(() => Boolean, { description: 'ENABLE_PRICING: records are priced as they come.' })
  pricing!: boolean;

  @Field(() => Boolean, { description: 'ENABLE_BUDGET_ENFORCEMENT: HARD budgets refuse.' })
  budgetEnforcement!: boolean;

  @Field(() => Boolean, { description: 'ENABLE_BILLING: billing operations answer.' })
  billing!: boolean;
}

@ObjectType({ description: 'Who is asking.' })
export class Viewer {
  @Field(() => Organization, { description: 'The organization that the API key or token belongs to.' })
  organization!: Organization;

  @Field(() => String, {
    nullable: true,
    description: 'Whom the issuer of the token calls so ("sub"); null where an API key asks.',
  })
  subject!: string | null;

  @Field(() => [Role], { description: 'Roles of the API key or token.' })
  roles!: Role[];

  @Field(() => [String], {
    nullable: true,
    description: 'What narrows the roles: names of permissions, sorted. null: nothing does.',
  })
  scopes!: string[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'From this instant on the API key or token is refused; null: it has no end.',
  })
  expiresAt!: Date | null;

  @Field(() => [String], {
    description: 'Everything that these roles may do, as far as the scopes allow it, sorted.',
  })
  permissions!: string[];

  @Field(() => Features, { description: 'Which parts of the installation are switched on.' })
  features!: Features;
}

@Resolver(() => Organization)
export class OrganizationResolver {
  constructor(
    private readonly organizations: OrganizationService,
    private readonly features: Features,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() organization: Organization): string {
    return encodeId('organization', organization.organizationId);
  }

  @Requires('viewer.read')
  @Query(() => Viewer, {
    description:
      'Who is asking: API key or token, organization, roles, scopes, permissions, and which features are on. Requires viewer.read.',
  })
  async viewer(@Ctx() context: Context): Promise<Viewer> {
    const { principal } = context.operation;
    return {
      organization: await this.organizations.current(context.operation),
      subject: principal.actor.kind === 'TOKEN' ? principal.actor.subject : null,
      roles: [...principal.roles].sort(),
      scopes: principal.scopes ? [...principal.scopes].sort() : null,
      expiresAt: principal.expiresAt ?? null,
      permissions: permissionsOf(principal),
      features: this.features,
    };
  }

  @Requires('organization.create')
  @Mutation(() => CreateOrganizationPayload, {
    description:
      'Makes a tenant with its root account and its first ADMIN key. Requires organization.create (OPERATOR). Errors: BAD_USER_INPUT, FORBIDDEN.',
  })
  async createOrganization(
    @Arg('input', () => CreateOrganizationInput, { description: 'The organization.' }) input: CreateOrganizationInput,
    @Ctx() context: Context,
  ): Promise<CreateOrganizationPayload> {
    const { organization, issued } = await this.organizations.create(context.operation, input);
    return { organization, apiKey: issued.apiKey, apiKeyValue: issued.value };
  }

  @Requires('organization.write')
  @Mutation(() => Organization, {
    description:
      "Changes the caller's organization. Requires organization.write. Errors: BAD_USER_INPUT (also for the zone once there is usage, a budget or a subscription), FORBIDDEN.",
  })
  setOrganization(
    @Arg('input', () => SetOrganizationInput, { description: 'What changes.' }) input: SetOrganizationInput,
    @Ctx() context: Context,
  ): Promise<Organization> {
    return this.organizations.set(context.operation, input);
  }
}
