import { registerEnumType } from 'type-graphql';

export enum PaymentStatus {
  PENDING = 'PENDING',
  PROCESSING = 'PROCESSING',
  REQUIRES_ACTION = 'REQUIRES_ACTION',
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
  CANCELED = 'CANCELED',
}

registerEnumType(PaymentStatus, {
  name: 'PaymentStatus',
  description: 'What has become of a payment.',
  valuesConfig: {
    PENDING: { description: 'To be asked of the processor, or asked without an answer yet: it is looked after.' },
    PROCESSING: { description: 'The processor has it, such as a bank debit, which takes days.' },
    REQUIRES_ACTION: {
      description: 'Whoever pays has to confirm it, such as by 3-D Secure: see its action. It waits for that.',
    },
    SUCCEEDED: { description: 'The money came in.' },
    FAILED: { description: 'No money came in. The next attempt is another payment.' },
    CANCELED: { description: 'It was given up before any money came in, for another attempt or by the processor.' },
  },
});

/** Of these an invoice has one at a time. */
export const UNDER_WAY = [PaymentStatus.PENDING, PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION] as const;

export const isUnderWay = (status: PaymentStatus): boolean => UNDER_WAY.some((one) => one === status);
