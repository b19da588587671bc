import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stores every delivery of the PBX unchanged: the history, and the source of replays and duplicate detection. */
export class CreateWebhookReceipts1795306140000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_webhook_receipts (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_telephony_webhook_receipts PRIMARY KEY,
        provider varchar(50) NOT NULL DEFAULT 'bracknet',
        delivery_id varchar(128) NOT NULL,
        route varchar(50) NOT NULL,
        event_type varchar(50),
        external_call_id varchar(255),
        call_id integer,
        source_address varchar(64) NOT NULL,
        outcome varchar(20) NOT NULL CONSTRAINT ck_telephony_webhook_receipts_outcome
          CHECK (outcome IN ('applied', 'ignored', 'quarantined')),
        error_code varchar(50),
        error_details jsonb,
        body bytea NOT NULL,
        occurred_at timestamptz,
        occurred_at_source varchar(10),
        clock_skew_seconds integer,
        received_at timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_telephony_webhook_receipts_provider_delivery_id
          ON telephony_webhook_receipts (provider, delivery_id)`);
    for (const column of ['external_call_id', 'call_id', 'received_at']) {
      await queryRunner.query(
        `CREATE INDEX ix_telephony_webhook_receipts_${column} ON telephony_webhook_receipts (${column})`,
      );
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_webhook_receipts');
  }
}
