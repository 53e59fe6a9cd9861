import { Account, AccountDisabledFor } from '../../identity/account.js';
import type { Operation } from '../../operation.js';
import { lockCredits } from '../credit/read-credits.sql.js';
import { Invoice, InvoiceStatus } from '../invoice/invoice.js';

/**
 * An invoice was settled or taken back: its account is enabled again where it was disabled for want of payment, and no
 * other unsettled invoice was enforced since it is. What a person said of the account stands. The caller holds the invoice.
 */
export async function recoverAccount(operation: Operation, invoice: Invoice): Promise<void> {
  const em = await operation.em();
  const { organizationId, accountId } = invoice;
  await lockCredits(em, organizationId, accountId);
  const account = await em.findOneOrFail(Account, { organizationId, id: accountId }, { refresh: true });
  if (account.disabledFor !== AccountDisabledFor.UNPAID || account.disabledAt === null) return;
  const other = await em.findOne(Invoice, {
    ...{ organizationId, accountId, id: { $ne: invoice.id } },
    // An earlier one was overruled by whoever enabled the account since.
    ...{ status: { $in: [InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE] }, enforcedAt: { $gte: account.disabledAt } },
  });
  if (other) return;
  account.disabledAt = null;
  account.disabledFor = null;
  await em.flush();
}
