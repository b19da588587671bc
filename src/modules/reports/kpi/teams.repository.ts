import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The teams of users, which are the CRM's to tell: as they are now, whatever they were when a call was made. */
@Injectable()
export class TeamsRepository {
  /** Each user's team; null: the CRM's table of users is not there, has no teams, or may not be read. */
  async read(manager: EntityManager): Promise<ReadonlyMap<number, number> | null> {
    const [found] = await manager.query<{ has_teams: boolean }[]>(
      `SELECT count(*) = 2 AND bool_and(has_column_privilege(attrelid, attnum, 'SELECT')) AS has_teams
         FROM pg_attribute
        WHERE attrelid = to_regclass('users') AND attname IN ('id', 'team_id') AND NOT attisdropped`,
    );
    if (found?.has_teams !== true) return null;
    const rows = await manager.query<{ id: number; team: number }[]>(
      'SELECT id, team_id AS team FROM users WHERE team_id IS NOT NULL',
    );
    return new Map(rows.map(({ id, team }) => [id, team]));
  }
}
