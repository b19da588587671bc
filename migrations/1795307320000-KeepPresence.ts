import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTableIfAbsent } from './support/catalog.js';
import { restoreFormerShape } from './support/former-shape.js';

/** The status of each user, and its changes, which the CRM's database may have from the former code. */
export class KeepPresence1795307320000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE telephony_agent_presence (
        user_id integer CONSTRAINT pk_telephony_agent_presence PRIMARY KEY,
        manual_status varchar(20) NOT NULL DEFAULT 'online',
        reason varchar(100),
        set_at timestamptz NOT NULL DEFAULT now(),
        shown_status varchar(20) NOT NULL DEFAULT 'offline',
        since timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ck_telephony_agent_presence_manual_status
          CHECK (manual_status IN ('online', 'on_call', 'break', 'offline')),
        CONSTRAINT ck_telephony_agent_presence_shown_status
          CHECK (shown_status IN ('online', 'on_call', 'break', 'offline'))
      )`);
    await createTableIfAbsent(
      queryRunner,
      this,
      'telephony_agent_presence_events',
      `id serial CONSTRAINT pk_telephony_agent_presence_events PRIMARY KEY,
       user_id integer NOT NULL,
       status varchar(20) NOT NULL CONSTRAINT ck_telephony_agent_presence_events_status
         CHECK (status IN ('online', 'on_call', 'break', 'offline')),
       source varchar(50) DEFAULT 'api',
       occurred_at timestamp DEFAULT now(),
       created_at timestamp DEFAULT now()`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
    await queryRunner.query('DROP TABLE telephony_agent_presence');
  }
}
