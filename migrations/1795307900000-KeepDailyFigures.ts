import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The figures of reports, by day, and the days whose figures have to be computed again. On a database with calls nothing is
 * computed here: the job of the service closes the days, and builds them newest first.
 */
export class KeepDailyFigures1795307900000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_figures (
        kind varchar(20) NOT NULL,
        day date NOT NULL,
        line integer NOT NULL,
        hour smallint,
        queue_name varchar(100),
        extension varchar(30),
        trunk_name varchar(100),
        user_id integer,
        direction varchar(20),
        reason varchar(255),
        total integer NOT NULL,
        initiated integer NOT NULL,
        ringing integer NOT NULL,
        talking integer NOT NULL,
        completed integer NOT NULL,
        failed integer NOT NULL,
        duration_count integer NOT NULL,
        wait_count integer NOT NULL,
        hold_count integer NOT NULL,
        recorded integer NOT NULL,
        offered integer NOT NULL,
        answered integer NOT NULL,
        lost integer NOT NULL,
        lost_abandoned integer NOT NULL,
        lost_busy integer NOT NULL,
        lost_failed integer NOT NULL,
        lost_missed integer NOT NULL,
        dialled integer NOT NULL,
        reached integer NOT NULL,
        answered_wait_count integer NOT NULL,
        talk_count integer NOT NULL,
        inferred_ends integer NOT NULL,
        answered_within_5 integer NOT NULL,
        answered_within_10 integer NOT NULL,
        answered_within_15 integer NOT NULL,
        answered_within_20 integer NOT NULL,
        answered_within_30 integer NOT NULL,
        answered_within_45 integer NOT NULL,
        answered_within_60 integer NOT NULL,
        answered_within_120 integer NOT NULL,
        lost_within_5 integer NOT NULL,
        lost_within_10 integer NOT NULL,
        lost_within_15 integer NOT NULL,
        lost_within_20 integer NOT NULL,
        lost_within_30 integer NOT NULL,
        lost_within_45 integer NOT NULL,
        lost_within_60 integer NOT NULL,
        lost_within_120 integer NOT NULL,
        called_back integer NOT NULL,
        recovered integer NOT NULL,
        duration_sum bigint NOT NULL,
        wait_sum bigint NOT NULL,
        hold_sum bigint NOT NULL,
        answered_wait_sum bigint NOT NULL,
        talk_sum bigint NOT NULL,
        first_attempt_sum bigint NOT NULL,
        CONSTRAINT pk_telephony_figures PRIMARY KEY (kind, day, line)
      )`);
    await queryRunner.query(`
      CREATE TABLE telephony_figure_state (
        id smallint CONSTRAINT pk_telephony_figure_state PRIMARY KEY,
        definition integer NOT NULL,
        zone varchar(64) NOT NULL,
        closed_through date,
        frozen_through date,
        CONSTRAINT ck_telephony_figure_state_id CHECK (id = 1)
      )`);
    await queryRunner.query(`INSERT INTO telephony_figure_state (id, definition, zone) VALUES (1, 0, '')`);
    await queryRunner.query(`
      CREATE TABLE telephony_figure_marks (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_telephony_figure_marks PRIMARY KEY,
        day date NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX ix_telephony_figure_marks_day ON telephony_figure_marks (day)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE telephony_figure_marks');
    await queryRunner.query('DROP TABLE telephony_figure_state');
    await queryRunner.query('DROP TABLE telephony_figures');
  }
}
