import type { MigrationInterface, QueryRunner } from 'typeorm';
import { nameOrCreateIndex } from './support/catalog.js';
import { restoreFormerShape } from './support/former-shape.js';

/** The report of presence needs each user's last status before its first day; without an index it would sort all events. */
export class FindPresenceOfUsers1795308000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await nameOrCreateIndex(
      queryRunner,
      this,
      'telephony_agent_presence_events',
      'ix_telephony_agent_presence_events_user',
      ['user_id', 'occurred_at', 'id', 'status'],
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
  }
}
