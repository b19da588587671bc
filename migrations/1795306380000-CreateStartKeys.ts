import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stores each `Idempotency-Key` of an agent with the call that the request started or returned. */
export class CreateStartKeys1795306380000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_start_keys (
        agent_user_id integer NOT NULL,
        idempotency_key varchar(255) NOT NULL,
        fingerprint varchar(64) NOT NULL,
        call_id integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_telephony_start_keys PRIMARY KEY (agent_user_id, idempotency_key)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_start_keys');
  }
}
