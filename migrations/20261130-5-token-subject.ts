// Why: the audit trail names the owner of a token by an id that nobody could tell a person from.
import { Migration } from '@mikro-orm/migrations';
import { protectFunctions, protectTables } from './sql/protect.sql.js';

export class TokenSubject20261130 extends Migration {
  override name = '20261130-5-token-subject';

  override up(): void {
    this.addSql(`CREATE TABLE token_subject (
      organization_id uuid NOT NULL,
      id uuid NOT NULL,
      account_id uuid,
      subject text NOT NULL CONSTRAINT token_subject_sealed_check CHECK (starts_with(subject, 'tg1:')),
      PRIMARY KEY (organization_id, id))`);
    this.addSql('CREATE INDEX token_subject_account_idx ON token_subject (organization_id, account_id)');
    this.addSql(`CREATE FUNCTION keep_token_subject(p_org uuid, p_id uuid, p_account uuid, p_subject text) RETURNS void
      LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $function$
        INSERT INTO public.token_subject (organization_id, id, account_id, subject)
        SELECT o.organization_id, p_id, p_account, p_subject FROM public.organization o WHERE o.organization_id = p_org
        ON CONFLICT (organization_id, id) DO NOTHING
      $function$`);
    for (const statement of protectTables('token_subject')) this.addSql(statement);
    this.addSql(protectFunctions('keep_token_subject'));
  }
}
