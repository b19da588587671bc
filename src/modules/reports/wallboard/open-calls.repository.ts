import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { STILL_TO_CALL_BACK } from '../../telephony/calls/log/call-conditions.js';
import { CALL_MEASURES } from '../../telephony/calls/log/call-measures.js';

/** The calls of one queue that are not over. */
export interface OpenCalls {
  readonly queueName: string | null;
  /** Inbound ones that ring. */
  readonly ringing: number;
  readonly longestSince: Date | null;
  /** Answered ones, either direction. */
  readonly talking: number;
}

export interface CallsBack {
  readonly count: number;
  readonly oldestAt: Date | null;
}

/** Calls that are not over, and misses that nobody has called back. */
@Injectable()
export class OpenCallsRepository {
  /** @param manager of a transaction of the reports */
  findOpen(manager: EntityManager): Promise<OpenCalls[]> {
    const rings = `call.status = 'ringing' AND call.direction = 'inbound'`;
    return manager.query(
      `SELECT call.queue_name AS "queueName", (count(*) FILTER (WHERE ${rings}))::integer AS ringing,
              min(call.started_at) FILTER (WHERE ${rings}) AS "longestSince",
              (count(*) FILTER (WHERE call.status = 'answered'))::integer AS talking
         FROM telephony_calls call WHERE ${CALL_MEASURES.open}
        GROUP BY call.queue_name`,
    );
  }

  /** Calls of one day, as the log's filter `missedUnanswered` finds them. */
  async countCallsBack(manager: EntityManager, day: string, zone: string): Promise<CallsBack> {
    const [found] = await manager.query<CallsBack[]>(
      `SELECT count(*)::integer AS count, min(call.started_at) AS "oldestAt"
         FROM telephony_calls call
        WHERE call.started_at >= $1::date::timestamp AT TIME ZONE $2
          AND call.started_at < ($1::date + 1)::timestamp AT TIME ZONE $2
          AND ${STILL_TO_CALL_BACK}`,
      [day, zone],
    );
    return found ?? { count: 0, oldestAt: null };
  }
}
