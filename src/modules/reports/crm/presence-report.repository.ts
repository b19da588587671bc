import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DayRange } from '../rollup/report-days.js';
import type { AgentTimesDto } from './crm-reports.dto.js';

/**
 * Each status holds until the next event of its user. The one with which a user comes into the days is found apart, by
 * index. Events carry times of the business zone, as the CRM writes them.
 */
const TIMES_OF_AGENTS = `
  WITH days AS (
    SELECT $2::date::timestamp AS begin, least(($3::date + 1)::timestamp, now() AT TIME ZONE $1) AS until),
  events AS (
    SELECT e.user_id, e.id, e.status, e.occurred_at AS at, true AS is_change
      FROM telephony_agent_presence_events e CROSS JOIN days
     WHERE e.occurred_at >= days.begin AND e.occurred_at < days.until),
  users AS (SELECT user_id FROM events UNION SELECT user_id FROM telephony_agent_presence),
  known AS (
    SELECT * FROM events
    UNION ALL
    SELECT users.user_id, 0, before.status, days.begin, false
      FROM users CROSS JOIN days
     CROSS JOIN LATERAL (
           SELECT e.status FROM telephony_agent_presence_events e
            WHERE e.user_id = users.user_id AND e.occurred_at < days.begin
            ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1) AS before
     WHERE days.begin < days.until),
  spans AS (
    SELECT known.*, lag(status, 1, 'offline') OVER of_user AS former,
           extract(epoch FROM coalesce(lead(at) OVER of_user, days.until) - at) AS seconds
      FROM known CROSS JOIN days
    WINDOW of_user AS (PARTITION BY user_id ORDER BY at, is_change, id))
  SELECT user_id AS "userId",
         (count(*) FILTER (WHERE is_change AND former = 'offline' AND status <> 'offline'))::integer AS "loginCount",
         (count(*) FILTER (WHERE is_change AND former <> 'offline' AND status = 'offline'))::integer AS "logoutCount",
         (count(*) FILTER (WHERE is_change AND former <> 'break' AND status = 'break'))::integer AS "breakCount",
         jsonb_build_object(
           'online', round(coalesce(sum(seconds) FILTER (WHERE status = 'online'), 0)),
           'on_call', round(coalesce(sum(seconds) FILTER (WHERE status = 'on_call'), 0)),
           'break', round(coalesce(sum(seconds) FILTER (WHERE status = 'break'), 0))) AS seconds
    FROM spans
   GROUP BY user_id
  HAVING bool_or(is_change OR status <> 'offline')
   ORDER BY user_id`;

/** How long users were in each status, from the events of their presence. */
@Injectable()
export class PresenceReportRepository {
  /**
   * Of users who were there in these days, or came or went.
   * @param manager of a transaction of the reports
   */
  read(manager: EntityManager, { from, to }: DayRange, zone: string): Promise<AgentTimesDto[]> {
    return manager.query(TIMES_OF_AGENTS, [zone, from, to]);
  }
}
