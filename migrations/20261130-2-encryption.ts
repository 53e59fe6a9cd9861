// Why: whoever gets hold of a dump must not learn who people are, where they live, or what a processor knows them by.
import { Migration } from '@mikro-orm/migrations';
import { HOLD_GATE, protectTables } from './sql/protect.sql.js';

/**
 * What stands in these columns from now on is ciphertext, and PostgreSQL takes nothing else. What is there already is
 * encrypted by the first server that starts: the database never sees a key.
 */
const SEALED = {
  organization: ['name'],
  account: ['name'],
  api_key: ['name'],
  billing_profile: ['legal_name', 'address', 'tax_id'],
  invoice: ['parties', 'access_key'],
  credit_note: ['refund_reference'],
  payment: ['processor_order', 'processor_ref', 'reference'],
  payment_method: ['ref', 'last4'],
  processor_customer: ['ref'],
  refund: ['processor_key', 'processor_ref'],
  dispute: ['processor_ref'],
  webhook_event: ['object_ref'],
} as const;

/** Compared and never shown: not even whoever has the keys can tell what it was. */
const BLIND = { payment_method: ['fingerprint'], method_fingerprint: ['fingerprint'] } as const;

/** What is looked up by its value, and the unique keys that it was in. */
const FOUND: readonly (readonly [table: string, column: string, key: string | undefined, columns: string])[] = [
  ['payment', 'processor_ref', 'payment_processor_key', 'organization_id'],
  ['refund', 'processor_ref', 'refund_processor_key', 'organization_id'],
  ['refund', 'processor_key', 'refund_key', 'organization_id'],
  ['dispute', 'processor_ref', 'dispute_processor_key', 'organization_id'],
  ['payment_method', 'ref', 'payment_method_ref_key', 'organization_id, processor'],
  ['processor_customer', 'ref', 'processor_customer_ref_key', 'organization_id, processor'],
  ['webhook_event', 'object_ref', undefined, 'processor'],
];

export class Encryption20261130 extends Migration {
  override name = '20261130-2-encryption';

  override up(): void {
    this.addSql(HOLD_GATE);
    this.addSql(`CREATE TABLE encryption_key (
      id text NOT NULL PRIMARY KEY,
      index_key text NOT NULL,
      used_at timestamptz NOT NULL,
      is_whole boolean NOT NULL)`);
    this.addSql('ALTER TABLE invoice ALTER COLUMN parties TYPE text USING parties::text');
    this.addSql('ALTER TABLE payment ALTER COLUMN processor_order TYPE text USING processor_order::text');
    for (const [table, column, key, columns] of FOUND) {
      if (key !== undefined) this.addSql(`ALTER TABLE ${table} DROP CONSTRAINT ${key}`);
      this.addSql(`ALTER TABLE ${table} ADD COLUMN ${column}_index text
        GENERATED ALWAYS AS (nullif(split_part(${column}, ':', 4), '')) STORED`);
      if (key !== undefined) {
        this.addSql(`ALTER TABLE ${table} ADD CONSTRAINT ${key} UNIQUE (${columns}, ${column}_index)`);
      }
    }
    this.addSql('DROP INDEX webhook_event_object_idx');
    this.addSql('CREATE INDEX webhook_event_object_idx ON webhook_event (processor, object_ref_index)');
    this.#forgetRefs();
    for (const statement of checks()) this.addSql(statement);
    const tables = [...Object.keys(SEALED), 'method_fingerprint', 'encryption_key'];
    for (const statement of protectTables(...tables)) this.addSql(statement);
  }

  /** What was made of what a processor calls something is made of its hash: it has more than anybody could try. */
  #forgetRefs(): void {
    this.addSql(`UPDATE credit_note
      SET idempotency_key = 'refund' || chr(1) || encode(sha256(convert_to(substr(idempotency_key, 8), 'UTF8')), 'hex')
      WHERE starts_with(idempotency_key, 'refund' || chr(1))`);
    this.addSql(`UPDATE alert SET alert_key = concat('shared-method:', account_id, ':', cursor)
      WHERE starts_with(alert_key, 'shared-method:')`);
  }
}

/** NOT VALID: what is there is looked at by nobody, what is written from now on is. */
function checks(): string[] {
  const conditions = new Map<string, string[]>();
  const lists: readonly (readonly [Readonly<Record<string, readonly string[]>>, string])[] = [
    [SEALED, 'tg1:'],
    [BLIND, 'x1:'],
  ];
  for (const [columns, prefix] of lists) {
    for (const [table, names] of Object.entries(columns)) {
      const said = names.map((name) => `(${name} IS NULL OR starts_with(${name}, '${prefix}'))`);
      conditions.set(table, [...(conditions.get(table) ?? []), ...said]);
    }
  }
  return [...conditions].map(
    ([table, said]) =>
      `ALTER TABLE ${table} ADD CONSTRAINT ${table}_sealed_check CHECK (${said.join(' AND ')}) NOT VALID`,
  );
}
