/** Reads again what an event is about, whatever the event says of it, and hands it to whoever keeps the like of it. */
import type {
  CollectingProcessor,
  Mirrored,
  ProcessorDispute,
  ProcessorMethod,
  ProcessorPayment,
  ProcessorRefund,
} from '../payment/processor.js';

/** Each takes what it is told in any order and any number of times. */
export interface Mirrors {
  payment(payment: ProcessorPayment): Promise<Mirrored>;
  refund(refund: ProcessorRefund): Promise<Mirrored>;
  dispute(dispute: ProcessorDispute): Promise<Mirrored>;
  method(method: ProcessorMethod): Promise<Mirrored>;
  /** All methods of a customer, those that it has no more too. */
  customer(customerRef: string): Promise<Mirrored>;
}

export class EventMirror {
  constructor(
    private readonly processor: CollectingProcessor,
    private readonly mirrors: Mirrors,
  ) {}

  /** @throws ProcessorError, and what the database throws */
  async mirror(kind: string, ref: string): Promise<Mirrored> {
    const { processor, mirrors } = this;
    switch (processor.subjectOf(kind)) {
      case 'PAYMENT':
        return found(await processor.readPayment(ref), (payment) => mirrors.payment(payment));
      case 'REFUND':
        return found(await processor.readRefund(ref), (refund) => mirrors.refund(refund));
      case 'DISPUTE':
        return found(await processor.readDispute(ref), (dispute) => mirrors.dispute(dispute));
      case 'CHARGE':
        return found(await processor.paymentOfCharge(ref), (paymentRef) => this.#payment(paymentRef));
      case 'METHOD':
        return found(await processor.readMethod(ref), (method) => mirrors.method(method));
      case 'SETUP': {
        // One that came to nothing changes nothing.
        const method = await processor.methodOfSetup(ref);
        return method ? mirrors.method(method) : 'BOOKED';
      }
      case 'CUSTOMER':
        return mirrors.customer(ref);
      case undefined:
        // Kept by a server that knew the kind.
        return 'UNKNOWN';
    }
  }

  /** With its refunds, of which a charge tells as well. */
  async #payment(ref: string): Promise<Mirrored> {
    const payment = await found(await this.processor.readPayment(ref), (one) => this.mirrors.payment(one));
    const refunds = await allOf(this.processor.refundsOf(ref), (refund) => this.mirrors.refund(refund));
    return payment === 'UNKNOWN' ? payment : refunds;
  }
}

async function found<T>(what: T | undefined, hand: (what: T) => Promise<Mirrored>): Promise<Mirrored> {
  return what === undefined ? 'UNKNOWN' : hand(what);
}

/** UNKNOWN where one of them is. */
async function allOf<T>(list: AsyncIterable<T>, hand: (one: T) => Promise<Mirrored>): Promise<Mirrored> {
  let all: Mirrored = 'BOOKED';
  for await (const one of list) if ((await hand(one)) === 'UNKNOWN') all = 'UNKNOWN';
  return all;
}
