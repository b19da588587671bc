import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What agents write of a call while it lasts, saved as it is typed. */
export class KeepNotesOfCalls1795307710000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_call_notes (
        call_id integer CONSTRAINT pk_telephony_call_notes PRIMARY KEY,
        note text NOT NULL,
        outcome varchar(100),
        written_by integer NOT NULL,
        written_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_call_notes');
  }
}
