/** What Stripe tells of a card or a bank account, and of whom it is. */

export interface Address {
  city: string | null;
  country: string | null;
  line1: string | null;
  line2: string | null;
  postal_code: string | null;
  state: string | null;
}

export interface CardDetails {
  brand: string;
  checks: null;
  country: string;
  display_brand: string;
  exp_month: number;
  exp_year: number;
  fingerprint: string;
  funding: 'credit' | 'debit';
  generated_from: null;
  last4: string;
  networks: { available: string[]; preferred: null };
  regulated_status: 'regulated' | 'unregulated';
  three_d_secure_usage: { supported: boolean };
  wallet: null;
}

export interface SepaDetails {
  bank_code: string;
  branch_code: null;
  country: string;
  fingerprint: string;
  generated_from: null;
  last4: string;
}

export interface UsBankDetails {
  account_holder_type: 'company';
  account_type: 'checking';
  bank_name: string;
  financial_connections_account: null;
  fingerprint: string;
  last4: string;
  networks: null;
  routing_number: string;
  status_details: null;
}

export interface BillingDetails {
  address: Address | null;
  email: string | null;
  name: string | null;
  phone: string | null;
  tax_id: string | null;
}
