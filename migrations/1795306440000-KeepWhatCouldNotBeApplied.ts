import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the state of receipts that could not be applied: failed ones are retried, dead and quarantined ones wait for the
 * decision of an operator. Partial indexes find these few receipts and exclude the many applied ones.
 */
export class KeepWhatCouldNotBeApplied1795306440000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE telephony_webhook_receipts
        ADD COLUMN key_id varchar(64),
        ADD COLUMN attempts integer NOT NULL DEFAULT 0,
        ADD COLUMN next_attempt_at timestamptz,
        ADD COLUMN decision varchar(20) CONSTRAINT ck_telephony_webhook_receipts_decision
          CHECK (decision IN ('replayed', 'discarded')),
        ADD COLUMN decided_by integer,
        ADD COLUMN decided_at timestamptz,
        ADD COLUMN decision_reason text,
        DROP CONSTRAINT ck_telephony_webhook_receipts_outcome,
        ADD CONSTRAINT ck_telephony_webhook_receipts_outcome
          CHECK (outcome IN ('applied', 'ignored', 'quarantined', 'failed', 'dead', 'discarded'))`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_webhook_receipts_due ON telephony_webhook_receipts (next_attempt_at)
       WHERE outcome = 'failed'`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_webhook_receipts_set_aside ON telephony_webhook_receipts (outcome, id)
       WHERE outcome <> 'applied'`);
  }

  /** Outcomes that the former CHECK does not allow become `quarantined`, so that no receipt is lost. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_webhook_receipts_set_aside');
    await queryRunner.query('DROP INDEX ix_telephony_webhook_receipts_due');
    await queryRunner.query(`
      UPDATE telephony_webhook_receipts SET outcome = 'quarantined'
       WHERE outcome IN ('failed', 'dead', 'discarded')`);
    await queryRunner.query(`
      ALTER TABLE telephony_webhook_receipts
        DROP CONSTRAINT ck_telephony_webhook_receipts_outcome,
        ADD CONSTRAINT ck_telephony_webhook_receipts_outcome
          CHECK (outcome IN ('applied', 'ignored', 'quarantined')),
        DROP COLUMN decision_reason,
        DROP COLUMN decided_at,
        DROP COLUMN decided_by,
        DROP COLUMN decision,
        DROP COLUMN next_attempt_at,
        DROP COLUMN attempts,
        DROP COLUMN key_id`);
  }
}
