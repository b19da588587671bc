import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import type { ListPosition } from '../../../common/http/list-position.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import type { RemovedRows } from '../../../database/retention.js';
import { FiguresRepository } from '../rollup/figures.repository.js';

/**
 * Of the next calls of frozen days those that are over and have no recording any more: one that waits, has a copy, or is
 * held keeps its call. So many are examined, not removed: where all are kept, a statement takes no longer.
 */
const REMOVE = `
  WITH examined AS MATERIALIZED (
    SELECT call.id, call.started_at FROM telephony_calls call
     WHERE call.started_at < (SELECT (frozen_through + 1)::timestamp AT TIME ZONE $1 FROM telephony_figure_state)
       AND (call.started_at, call.id) > ($3::timestamptz, $4::bigint)
     ORDER BY call.started_at, call.id LIMIT $2
  ), old AS (
    SELECT call.id FROM telephony_calls call JOIN examined USING (id, started_at)
     WHERE call.status IN ('completed', 'failed')
       AND NOT EXISTS (
         SELECT FROM telephony_recordings r
          WHERE r.call_id = call.id
            AND (r.state IN ('waiting', 'stored', 'removing')
                 OR (r.held_at IS NOT NULL AND (r.hold_until IS NULL OR r.hold_until >= now()))))
       FOR UPDATE OF call SKIP LOCKED
  ), notes AS (
    DELETE FROM telephony_call_notes WHERE call_id IN (SELECT id FROM old)
  ), removed AS (
    DELETE FROM telephony_calls WHERE id IN (SELECT id FROM old) RETURNING id
  )
  SELECT (SELECT count(*) FROM removed)::integer AS removed, (SELECT count(*) FROM examined)::integer AS examined,
         to_char(last.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, last.id::text AS id
    FROM examined AS last ORDER BY last.started_at DESC, last.id DESC LIMIT 1`;

/** With the position of the last call that was examined. */
interface Examined extends ListPosition {
  readonly removed: number;
  readonly examined: number;
}

/** Removes old calls. Every method runs in the transaction of the given manager. */
@Injectable()
export class CallRetentionRepository {
  constructor(
    private readonly figures: FiguresRepository,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Freezes the figures of days that are older, then examines the next `limit` of their calls and removes what may be. Days
   * that are not built keep theirs.
   */
  async removeOlderThan(
    manager: EntityManager,
    days: number,
    limit: number,
    after: ListPosition,
  ): Promise<RemovedRows> {
    await this.figures.waitForLock(manager);
    await this.figures.freeze(manager, days);
    const zone = this.config.businessTimeZone;
    const [found] = await manager.query<Examined[]>(REMOVE, [zone, limit, after.at, after.id]);
    if (found === undefined) return { removed: 0, next: null };
    const { removed, examined, at, id } = found;
    return { removed, next: examined < limit ? null : { at, id } };
  }
}
