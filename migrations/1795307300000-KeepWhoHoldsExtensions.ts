import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The CRM has no extension anywhere: who holds which, and who held it before, is kept here. */
export class KeepWhoHoldsExtensions1795307300000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_extensions (
        extension varchar(30) CONSTRAINT pk_telephony_extensions PRIMARY KEY,
        kind varchar(20) NOT NULL,
        user_id integer,
        label varchar(100),
        is_primary boolean NOT NULL DEFAULT false,
        claimable boolean NOT NULL DEFAULT false,
        assigned_by integer,
        assigned_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ck_telephony_extensions_kind CHECK (kind IN ('agent', 'group', 'queue', 'unattended')),
        CONSTRAINT ck_telephony_extensions_user_id CHECK (user_id IS NULL OR kind = 'agent'),
        CONSTRAINT ck_telephony_extensions_is_primary CHECK (NOT is_primary OR user_id IS NOT NULL)
      )`);
    await queryRunner.query(
      'CREATE UNIQUE INDEX uq_telephony_extensions_primary_user_id ON telephony_extensions (user_id) WHERE is_primary',
    );
    await queryRunner.query(
      'CREATE INDEX ix_telephony_extensions_user_id ON telephony_extensions (user_id) WHERE user_id IS NOT NULL',
    );
    await queryRunner.query(`
      CREATE TABLE telephony_extension_members (
        id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_telephony_extension_members PRIMARY KEY,
        extension varchar(30) NOT NULL,
        user_id integer,
        member_extension varchar(30),
        CONSTRAINT ck_telephony_extension_members_member CHECK ((user_id IS NULL) <> (member_extension IS NULL))
      )`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_telephony_extension_members_user_id
          ON telephony_extension_members (user_id, extension) WHERE user_id IS NOT NULL`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_telephony_extension_members_member_extension
          ON telephony_extension_members (member_extension, extension) WHERE member_extension IS NOT NULL`);
    await queryRunner.query(
      'CREATE INDEX ix_telephony_extension_members_extension ON telephony_extension_members (extension)',
    );
    await queryRunner.query(`
      CREATE TABLE telephony_extension_history (
        id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_telephony_extension_history PRIMARY KEY,
        extension varchar(30) NOT NULL,
        kind varchar(20) NOT NULL,
        user_id integer,
        member_users integer[] NOT NULL DEFAULT '{}',
        member_extensions text[] NOT NULL DEFAULT '{}',
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL DEFAULT 'infinity'
      )`);
    await queryRunner.query(
      'CREATE INDEX ix_telephony_extension_history_extension_to_at ON telephony_extension_history (extension, to_at)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_extension_history');
    await queryRunner.query('DROP TABLE telephony_extension_members');
    await queryRunner.query('DROP TABLE telephony_extensions');
  }
}
