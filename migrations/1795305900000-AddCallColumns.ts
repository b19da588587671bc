import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the columns of this service to `telephony_calls`, and widens customer_phone for fields with two numbers. Changes only
 * the catalogue: a short exclusive lock, no rewrite.
 */
export class AddCallColumns1795305900000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE telephony_calls
        ALTER customer_phone TYPE varchar(100),
        ADD crm_call_id varchar(255),
        ADD first_agent_phone varchar(30),
        ADD customer_id integer,
        ADD recording_duration_seconds integer,
        ADD end_reason varchar(255),
        ADD inferred text[] NOT NULL DEFAULT '{}',
        ADD facts jsonb,
        ADD effects jsonb NOT NULL DEFAULT '{}',
        ADD hangup_requested_at timestamptz,
        ADD transfer_requested_at timestamptz,
        ADD version integer NOT NULL DEFAULT 1`);
  }

  /** Rewrites the table under an exclusive lock. Truncates customer_phone to 30 characters. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE telephony_calls
        DROP version,
        DROP transfer_requested_at,
        DROP hangup_requested_at,
        DROP effects,
        DROP facts,
        DROP inferred,
        DROP end_reason,
        DROP recording_duration_seconds,
        DROP customer_id,
        DROP first_agent_phone,
        DROP crm_call_id,
        ALTER customer_phone TYPE varchar(30) USING left(customer_phone, 30)`);
  }
}
