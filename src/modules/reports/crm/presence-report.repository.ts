import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DayRange } from '../rollup/report-days.js';
import type { AgentTimesDto } from './crm-reports.dto.js';

/** Two events of one moment before the days would make a negative span of the earlier one. */
const secondsOf = (status: string): string =>
  `round(extract(epoch FROM coalesce(sum(greatest(span, interval '0')) FILTER (WHERE status = '${status}'), interval '0')))`;

/**
 * Each status holds until the next event of its user. The events of a user are read in the order of the index, from the last
 * one before the days on: sorted all together, those of a year take three times as long, and without the index the last one
 * before the days is sought in the whole table. Events carry times of the business zone, as the CRM writes them.
 */
const TIMES_OF_AGENTS = `
  WITH RECURSIVE days AS (
    SELECT $2::date::timestamp AS begin, least(($3::date + 1)::timestamp, now() AT TIME ZONE $1) AS until
  ), users AS (
    (SELECT user_id FROM telephony_agent_presence_events ORDER BY user_id LIMIT 1)
    UNION ALL
    SELECT (SELECT e.user_id FROM telephony_agent_presence_events e
             WHERE e.user_id > users.user_id ORDER BY e.user_id LIMIT 1)
      FROM users WHERE users.user_id IS NOT NULL)
  SELECT users.user_id AS "userId", times."loginCount", times."logoutCount", times."breakCount", times.seconds
    FROM users CROSS JOIN days
   CROSS JOIN LATERAL (
     SELECT (count(*) FILTER (WHERE is_change AND former = 'offline' AND status <> 'offline'))::integer AS "loginCount",
            (count(*) FILTER (WHERE is_change AND former <> 'offline' AND status = 'offline'))::integer AS "logoutCount",
            (count(*) FILTER (WHERE is_change AND former <> 'break' AND status = 'break'))::integer AS "breakCount",
            jsonb_build_object('online', ${secondsOf('online')}, 'on_call', ${secondsOf('on_call')},
                               'break', ${secondsOf('break')}) AS seconds,
            bool_or(is_change OR status <> 'offline') AS was_there
       FROM (
         SELECT e.status, e.occurred_at >= days.begin AS is_change,
                lag(e.status, 1, 'offline') OVER in_time AS former,
                lead(e.occurred_at, 1, days.until) OVER in_time - greatest(e.occurred_at, days.begin) AS span
           FROM telephony_agent_presence_events e
          WHERE e.user_id = users.user_id AND e.occurred_at < days.until AND days.begin < days.until
            AND e.occurred_at >= coalesce(
                  (SELECT max(before.occurred_at) FROM telephony_agent_presence_events before
                    WHERE before.user_id = users.user_id AND before.occurred_at < days.begin), days.begin)
         WINDOW in_time AS (ORDER BY e.occurred_at, e.id)) AS spans) AS times
   WHERE times.was_there
   ORDER BY users.user_id`;

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
