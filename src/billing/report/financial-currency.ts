import { Field, Int, ObjectType } from 'type-graphql';
import { DecimalScalar } from '../../scalars.js';
import { InvoiceLineKind } from '../invoice/invoice-line.js';
import { TaxMode } from '../profile/tax.js';

@ObjectType({ description: 'How many of something, and what they come to.' })
export class FinancialSum {
  @Field(() => Int, { description: 'How many.' })
  count!: number;

  @Field(() => DecimalScalar, { name: 'amount', description: 'In the currency.' })
  amountPico!: bigint;
}

@ObjectType({ description: 'What the lines of one kind come to.' })
export class FinancialLines extends FinancialSum {
  @Field(() => InvoiceLineKind, { description: 'What they are for.' })
  kind!: InvoiceLineKind;
}

@ObjectType({ description: 'What a tax comes to at one rate.' })
export class FinancialTax extends FinancialSum {
  @Field(() => String, { description: 'Such as "VAT".' })
  name!: string;

  @Field(() => DecimalScalar, { name: 'rate', description: 'Percent, such as "19".' })
  percent!: bigint;

  @Field(() => TaxMode, { description: 'How it relates to the lines.' })
  mode!: TaxMode;

  @Field(() => DecimalScalar, { name: 'taxed', description: 'What it is a part of: the subtotals without taxes.' })
  taxedPico!: bigint;
}

@ObjectType({
  description:
    'The invoices that got their number in a month, those too that were taken back since. Each amount is the sum of what the invoices say of it.',
})
export class FinancialInvoices {
  @Field(() => Int, { description: 'How many.' })
  count!: number;

  @Field(() => [FinancialLines], { description: 'Their lines by kind.' })
  lines!: FinancialLines[];

  @Field(() => DecimalScalar, { name: 'subtotal', description: 'The sum of their lines, before exclusive taxes.' })
  subtotalPico!: bigint;

  @Field(() => [FinancialTax], { description: 'Their taxes by name and rate.' })
  taxes!: FinancialTax[];

  @Field(() => DecimalScalar, { name: 'tax', description: 'The sum of their taxes.' })
  taxPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'carried',
    description:
      'What they came to below 0, which is in the subtotal and not in the total: the next ones begin with it.',
  })
  carriedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'total', description: 'What they came to, with taxes.' })
  totalPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'broughtForward',
    description: 'What ones before were due for and left to them, being less than the least payment.',
  })
  broughtForwardPico!: bigint;

  @Field(() => DecimalScalar, { name: 'creditsApplied', description: 'What prepaid credits paid of them at once.' })
  creditsPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'carriedForward',
    description: 'What they left to the next ones, being less than the least payment.',
  })
  carriedForwardPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'amountDue',
    description: 'What was then to be paid: total and broughtForward, less creditsApplied and carriedForward.',
  })
  duePico!: bigint;
}

@ObjectType({
  description: 'The invoices with a number that were taken back in a month, whenever they got it.',
})
export class FinancialVoided {
  @Field(() => Int, { description: 'How many.' })
  count!: number;

  @Field(() => DecimalScalar, { name: 'total', description: 'What they had come to, with taxes.' })
  totalPico!: bigint;

  @Field(() => DecimalScalar, { name: 'tax', description: 'The sum of their taxes.' })
  taxPico!: bigint;

  @Field(() => DecimalScalar, { name: 'creditsReturned', description: 'What prepaid credits had paid of them.' })
  creditsPico!: bigint;

  @Field(() => DecimalScalar, { name: 'amountDue', description: 'What was to be paid of them until then.' })
  duePico!: bigint;
}

@ObjectType({ description: 'The credit notes of a month: amount is all that they took back, taxes included.' })
export class FinancialCreditNotes extends FinancialSum {
  @Field(() => DecimalScalar, { name: 'tax', description: 'The part of it that is tax.' })
  taxPico!: bigint;

  @Field(() => DecimalScalar, { name: 'reduced', description: 'What they took off what was still to be paid.' })
  reducedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'refunded', description: 'What went back of what had been paid.' })
  refundedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'credited', description: 'What became prepaid credit.' })
  creditedPico!: bigint;
}

@ObjectType({ description: 'The money that came in one way.' })
export class FinancialPayments extends FinancialSum {
  @Field(() => String, { description: 'How it came, as a payment says it.' })
  processor!: string;
}

@ObjectType({
  description:
    'Prepaid credit: opening, granted and returned, less consumed, voided and expired, is closing. What rolls over has not expired.',
})
export class FinancialCredits {
  @Field(() => DecimalScalar, { name: 'opening', description: 'What could be consumed when the month began.' })
  openingPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'granted',
    description: 'What was granted in it, and left by invoices and credit notes.',
  })
  grantedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'consumed', description: 'What invoices took in it.' })
  consumedPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'returned',
    description: 'What invoices had taken that were voided in it. It expires at once where its grant has.',
  })
  returnedPico!: bigint;

  @Field(() => DecimalScalar, { name: 'voided', description: 'What was left of grants that were taken back in it.' })
  voidedPico!: bigint;

  @Field(() => DecimalScalar, {
    name: 'expired',
    description: 'What was left when it expired in it, and did not stay.',
  })
  expiredPico!: bigint;

  @Field(() => DecimalScalar, { name: 'closing', description: 'What could be consumed when it ended.' })
  closingPico!: bigint;
}

@ObjectType({
  description:
    'What invoices with a number were to be paid at both ends of a month: opening and what became due, less what was taken back, paid and reduced, is closing.',
})
export class FinancialReceivables {
  @Field(() => FinancialSum, { description: 'When it began.' })
  opening!: FinancialSum;

  @Field(() => FinancialSum, { description: 'When it ended.' })
  closing!: FinancialSum;

  @Field(() => FinancialSum, {
    description: 'Of the closing ones: those whose day for payment was over by then; while the month runs, by now.',
  })
  overdue!: FinancialSum;

  @Field(() => FinancialSum, {
    description: 'Of the closing ones: those that nobody expected to be paid any more.',
  })
  uncollectible!: FinancialSum;
}

@ObjectType({ description: 'What a month came to in one currency. Amounts are in it; none is converted.' })
export class FinancialCurrency {
  @Field(() => String, { description: 'ISO 4217 code.' })
  currency!: string;

  @Field(() => FinancialInvoices, { description: 'The invoices that got their number in it.' })
  invoiced!: FinancialInvoices;

  @Field(() => FinancialVoided, { description: 'The invoices that were taken back in it.' })
  voided!: FinancialVoided;

  @Field(() => FinancialCreditNotes, { description: 'The credit notes that were made in it.' })
  creditNotes!: FinancialCreditNotes;

  @Field(() => FinancialSum, { description: 'The money that was told of in it, in all; refunds are not taken off.' })
  paid!: FinancialSum;

  @Field(() => [FinancialPayments], { description: 'The same by how it came, in order of the name.' })
  payments!: FinancialPayments[];

  @Field(() => FinancialSum, {
    description:
      'The money of payments that went back by the processor in it. Those of credit notes are in what these refund, of whichever month; one that failed since is not here, and its money is in what they credited.',
  })
  refunds!: FinancialSum;

  @Field(() => FinancialSum, {
    description:
      'The money of payments that disputes lost in it took back. It is in no other sum: whether it is to be paid again is for a person to say. One that was won since is not here.',
  })
  disputesLost!: FinancialSum;

  @Field(() => FinancialReceivables, { description: 'What was still to be paid.' })
  receivables!: FinancialReceivables;

  @Field(() => FinancialCredits, { description: 'What was prepaid and not consumed.' })
  credits!: FinancialCredits;
}
