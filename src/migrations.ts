/** How the database came to be as it is, in the order in which it is done. */
import { Identity20261123 } from '../migrations/20261123-1-identity.js';
import { Catalog20261123 } from '../migrations/20261123-2-catalog.js';
import { Budget20261123 } from '../migrations/20261123-3-budget.js';
import { Usage20261123 } from '../migrations/20261123-4-usage.js';
import { Alert20261123 } from '../migrations/20261123-5-alert.js';
import { Recording20261123 } from '../migrations/20261123-6-recording.js';
import { Budgeting20261123 } from '../migrations/20261123-7-budgeting.js';
import { Views20261123 } from '../migrations/20261123-8-views.js';
import { Recording20261126 } from '../migrations/20261126-1-recording.js';
import { Reservation20261126 } from '../migrations/20261126-2-reservation.js';
import { Run20261126 } from '../migrations/20261126-3-run.js';
import { Reserving20261126 } from '../migrations/20261126-4-reserving.js';
import { EndedBudget20261126 } from '../migrations/20261126-5-ended-budget.js';
import { FewerSteps20261126 } from '../migrations/20261126-6-fewer-steps.js';
import { Correction20261126 } from '../migrations/20261126-7-correction.js';
import { Reversals20261126 } from '../migrations/20261126-8-reversals.js';
import { Plan20261126 } from '../migrations/20261126-9-plan.js';
import { Markup20261127 } from '../migrations/20261127-1-markup.js';
import { Invoice20261127 } from '../migrations/20261127-2-invoice.js';
import { Credit20261127 } from '../migrations/20261127-3-credit.js';
import { FinancialReport20261127 } from '../migrations/20261127-4-financial-report.js';
import { Reprice20261127 } from '../migrations/20261127-5-reprice.js';
import { BilledUsage20261127 } from '../migrations/20261127-6-billed-usage.js';
import { LateInvoice20261127 } from '../migrations/20261127-7-late-invoice.js';
import { RepriceExpected20261128 } from '../migrations/20261128-1-reprice-expected.js';
import { Collecting20261128 } from '../migrations/20261128-2-collecting.js';
import { SharedMethod20261128 } from '../migrations/20261128-3-method-sharing.js';
import { Identity20261129 } from '../migrations/20261129-1-identity.js';
import { RateLimit20261129 } from '../migrations/20261129-2-rate-limit.js';
import { UsageDigest20261129 } from '../migrations/20261129-3-usage-digest.js';
import { Audit20261129 } from '../migrations/20261129-3b-audit.js';
import { Roles20261129 } from '../migrations/20261129-4-roles.js';
import { RecordByKey20261130 } from '../migrations/20261130-1-record-by-key.js';
import { Encryption20261130 } from '../migrations/20261130-2-encryption.js';
import { Erasure20261130 } from '../migrations/20261130-2b-erasure.js';
import { OwnModel20261130 } from '../migrations/20261130-4-own-model.js';
import { TokenSubject20261130 } from '../migrations/20261130-5-token-subject.js';
import { FirstRow20261130 } from '../migrations/20261130-6-first-row.js';

export const MIGRATIONS = [
  Identity20261123,
  Catalog20261123,
  Budget20261123,
  Usage20261123,
  Alert20261123,
  Recording20261123,
  Budgeting20261123,
  Views20261123,
  Recording20261126,
  Reservation20261126,
  Run20261126,
  Reserving20261126,
  EndedBudget20261126,
  FewerSteps20261126,
  Correction20261126,
  Reversals20261126,
  Plan20261126,
  Markup20261127,
  Invoice20261127,
  Credit20261127,
  FinancialReport20261127,
  Reprice20261127,
  BilledUsage20261127,
  LateInvoice20261127,
  RepriceExpected20261128,
  Collecting20261128,
  SharedMethod20261128,
  Identity20261129,
  RateLimit20261129,
  UsageDigest20261129,
  Audit20261129,
  Roles20261129,
  RecordByKey20261130,
  Encryption20261130,
  Erasure20261130,
  OwnModel20261130,
  TokenSubject20261130,
  FirstRow20261130,
];
