/** The customer of an account at Stripe: one, however often and by however many servers it is opened. Nothing of a person is told. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { ProcessorError, type CustomerOwner } from '../payment/processor.js';
import { ask, askFor, isReplay, PAGE, processorErrorOf } from './stripe-calls.js';

type Customers = Stripe['customers'];

/** Somebody may have changed it in the dashboard: what is no id of these books is nobody's. */
const ownerMetadata = z.object({ tollgate_organization: z.guid(), tollgate_account: z.guid() });

/** How many deleted customers of one account are stepped over. */
const MOST_DELETED = 10;

/** @throws ProcessorError */
export async function openCustomer(customers: Customers, owner: CustomerOwner): Promise<string> {
  return (await find(customers, owner)) ?? (await make(customers, owner));
}

async function find(customers: Customers, { organizationId, accountId }: CustomerOwner): Promise<string | undefined> {
  const query = `metadata['tollgate_organization']:'${quoted(organizationId)}' AND metadata['tollgate_account']:'${quoted(accountId)}'`;
  try {
    const { data } = await ask(() => customers.search({ query, ...PAGE }));
    // Should there be several, the oldest is the one for every server.
    for (const { id } of data.toSorted((a, b) => a.created - b.created)) if (await isThere(customers, id)) return id;
    return undefined;
  } catch (error) {
    const fault = processorErrorOf(error);
    // Stripe accounts in India have no search: there only the key finds it.
    if (fault.fault === 'REFUSED') return undefined;
    throw fault;
  }
}

/** Search finds a customer only some time after it was made; until then its key does. */
async function make(customers: Customers, { organizationId, accountId }: CustomerOwner): Promise<string> {
  const metadata = { tollgate_organization: organizationId, tollgate_account: accountId };
  const first = `tollgate:customer:${organizationId}:${accountId}`;
  let idempotencyKey = first;
  for (let deleted = 0; deleted < MOST_DELETED; deleted += 1) {
    const customer = await ask(() => customers.create({ metadata }, { idempotencyKey }));
    if (!isReplay(customer.lastResponse.headers) || (await isThere(customers, customer.id))) return customer.id;
    // The one of this key was deleted: the next is made under a key that all servers come to.
    idempotencyKey = `${first}:${customer.id}`;
  }
  throw new ProcessorError('REFUSED', 'customer_deleted', 'The customers of the account are deleted at Stripe.');
}

/** @throws ProcessorError */
export async function ownerOf(customers: Customers, customerRef: string): Promise<CustomerOwner | undefined> {
  const customer = await askFor(() => customers.retrieve(customerRef));
  if (!customer || customer.deleted) return undefined;
  const { data } = ownerMetadata.safeParse(customer.metadata);
  return data && { organizationId: data.tollgate_organization, accountId: data.tollgate_account };
}

async function isThere(customers: Customers, customerRef: string): Promise<boolean> {
  const customer = await askFor(() => customers.retrieve(customerRef));
  return customer !== undefined && !customer.deleted;
}

function quoted(text: string): string {
  return text.replace(/['\\]/g, '\\$&');
}
