/** What is done once the grace of an invoice that could not be collected is over. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Clock } from '../../clock.js';
import { Account, AccountDisabledFor } from '../../identity/account.js';
import { encodeId } from '../../node-id.js';
import type { Operation } from '../../operation.js';
import { lockCredits } from '../credit/read-credits.sql.js';
import { InvoiceStatus, type Invoice } from '../invoice/invoice.js';
import { lockedInvoice } from '../invoice/locked-invoice.js';
import { asNobody, inTransaction } from '../nobody.js';
import { PaymentStatus } from '../payment/payment-status.js';
import { paymentUnderWay } from '../payment/under-way.js';
import { DunningAction } from '../profile/dunning-action.js';
import { profileOf } from '../profile/reading-profiles.js';

/** Nothing is done while money may be on its way: it is looked again after this, in ms. */
const WAIT_FOR_PAYMENT_MS = 3_600_000;

export class Enforcing {
  constructor(
    private readonly orm: MikroORM,
    private readonly clock: Clock,
    /** Where the account has none of its own. */
    private readonly action: DunningAction,
  ) {}

  /** Once for each invoice: an account that a person enables meanwhile is left alone. */
  enforce(organizationId: string, invoiceId: string): Promise<void> {
    return inTransaction(asNobody(this.orm, this.clock, organizationId, 'DUNNING'), async (operation) => {
      const invoice = await lockedInvoice(operation, encodeId('invoice', invoiceId));
      const { status, enforceAt, enforcedAt } = invoice;
      const isDue = enforceAt !== null && enforceAt <= operation.now && enforcedAt === null;
      if (status !== InvoiceStatus.OPEN || !isDue) return;
      const payment = await paymentUnderWay(operation, invoice);
      if (payment && payment.status !== PaymentStatus.REQUIRES_ACTION) {
        invoice.enforceAt = new Date(operation.now.getTime() + WAIT_FOR_PAYMENT_MS);
      } else {
        const profile = await profileOf(operation, invoice.accountId);
        invoice.enforcedAt = operation.now;
        if ((profile?.dunningAction ?? this.action) === DunningAction.DISABLE_ACCOUNT) {
          await disableAccount(operation, invoice);
        }
      }
      await (await operation.em()).flush();
    });
  }
}

async function disableAccount(operation: Operation, invoice: Invoice): Promise<void> {
  const em = await operation.em();
  const { organizationId, accountId: id } = invoice;
  await lockCredits(em, organizationId, id);
  const account = await em.findOneOrFail(Account, { organizationId, id }, { refresh: true });
  if (account.disabledAt === null) {
    account.disabledAt = operation.now;
    account.disabledFor = AccountDisabledFor.UNPAID;
  } else if (account.disabledAt > operation.now) {
    // Another invoice was faster: this one keeps it disabled too.
    invoice.enforcedAt = account.disabledAt;
  }
}
