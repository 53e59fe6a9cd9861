import DataLoader from 'dataloader';
import type { EntityClass } from '@mikro-orm/postgresql';
import { authorize } from '../../identity/permission.js';
import type { Operation } from '../../operation.js';
import type { CreditNote } from '../credit-note/credit-note.js';
import type { Payment } from '../payment/payment.js';
import { Dispute, Refund } from './refund.js';

/** Batched over all payments or credit notes of an operation. */
export class RefundReadingService {
  async ofPayment(operation: Operation, { id }: Payment): Promise<Refund[]> {
    authorize(operation, 'billing.read');
    return operation.loader(refundsOfPayments, refundsOfPayments).load(id);
  }

  async ofNote(operation: Operation, { id }: CreditNote): Promise<Refund[]> {
    authorize(operation, 'billing.read');
    return operation.loader(refundsOfNotes, refundsOfNotes).load(id);
  }

  async disputes(operation: Operation, { id }: Payment): Promise<Dispute[]> {
    authorize(operation, 'billing.read');
    return operation.loader(disputesOfPayments, disputesOfPayments).load(id);
  }
}

function loaderOf<Row extends object>(entity: EntityClass<Row>, name: string, of: (row: Row) => string | null) {
  return (operation: Operation) =>
    new DataLoader<string, Row[]>(async (ids) => {
      const em = await operation.em();
      const where = { organizationId: operation.principal.organizationId, [name]: { $in: [...ids] } };
      const found: Row[] = await em.find<Row>(entity, where as never, { orderBy: { id: 'asc' } as never });
      const grouped = Map.groupBy(found, of);
      return ids.map((id) => grouped.get(id) ?? []);
    });
}

const refundsOfPayments = loaderOf(Refund, 'paymentId', ({ paymentId }) => paymentId);
const refundsOfNotes = loaderOf(Refund, 'creditNoteId', ({ creditNoteId }) => creditNoteId);
const disputesOfPayments = loaderOf(Dispute, 'paymentId', ({ paymentId }) => paymentId);
