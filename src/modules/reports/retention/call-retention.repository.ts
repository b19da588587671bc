import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { FiguresRepository } from '../rollup/figures.repository.js';

/**
 * The oldest calls of frozen days that are over and have no recording any more: one that waits, has a copy, or is held keeps
 * its call.
 */
const REMOVE = `
  WITH old AS (
    SELECT call.id FROM telephony_calls call
     WHERE call.started_at < (SELECT (frozen_through + 1)::timestamp AT TIME ZONE $1 FROM telephony_figure_state)
       AND call.status IN ('completed', 'failed')
       AND NOT EXISTS (
         SELECT FROM telephony_recordings r
          WHERE r.call_id = call.id
            AND (r.state IN ('waiting', 'stored', 'removing')
                 OR (r.held_at IS NOT NULL AND (r.hold_until IS NULL OR r.hold_until >= now()))))
     ORDER BY call.started_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ), notes AS (
    DELETE FROM telephony_call_notes WHERE call_id IN (SELECT id FROM old)
  )
  DELETE FROM telephony_calls WHERE id IN (SELECT id FROM old) RETURNING id`;

/** Removes old calls. Every method runs in the transaction of the given manager. */
@Injectable()
export class CallRetentionRepository {
  constructor(
    private readonly figures: FiguresRepository,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Freezes the figures of days that are older, then removes at most `limit` of their calls. Days that are not built keep
   * theirs.
   * @returns how many were removed
   */
  async removeOlderThan(manager: EntityManager, days: number, limit: number): Promise<number> {
    if (!(await this.figures.lock(manager))) return 0;
    await this.figures.freeze(manager, days);
    const [removed]: [unknown[]] = await manager.query(REMOVE, [this.config.businessTimeZone, limit]);
    return removed.length;
  }
}
