import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row for each number for which somebody chose the customer, of several with the number. */
export class RememberCallerChoices1795307400000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_caller_choices (
        number_e164 varchar(20) CONSTRAINT pk_telephony_caller_choices PRIMARY KEY,
        customer_id integer,
        chosen_by integer NOT NULL,
        chosen_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_caller_choices');
  }
}
