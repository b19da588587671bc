import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row for each user whose tokens are withdrawn: a token is otherwise valid until it expires. */
export class RevokeUsers1795307150000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_revoked_users (
        user_id integer CONSTRAINT pk_telephony_revoked_users PRIMARY KEY,
        revoked_at timestamptz NOT NULL DEFAULT now(),
        revoked_by integer,
        reason varchar(500)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_revoked_users');
  }
}
