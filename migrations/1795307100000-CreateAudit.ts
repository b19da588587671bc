import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row for each act of a user, so that a supervisor can see who did what. */
export class CreateAudit1795307100000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_audit (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_telephony_audit PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        user_id integer,
        role varchar(20) NOT NULL,
        address varchar(45),
        action varchar(40) NOT NULL,
        subject varchar(300) NOT NULL,
        outcome varchar(10) NOT NULL,
        code varchar(40),
        request_id varchar(64),
        CONSTRAINT ck_telephony_audit_outcome CHECK (outcome IN ('done', 'refused', 'failed'))
      )`);
    await queryRunner.query('CREATE INDEX ix_telephony_audit_at ON telephony_audit (at, id)');
    await queryRunner.query('CREATE INDEX ix_telephony_audit_user_id ON telephony_audit (user_id, at, id)');
    await queryRunner.query('CREATE INDEX ix_telephony_audit_subject ON telephony_audit (subject, at, id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_audit');
  }
}
