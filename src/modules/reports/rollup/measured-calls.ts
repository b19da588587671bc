import { CALL_MEASURES, CALLBACK_WINDOW } from '../../telephony/calls/log/call-measures.js';
import { REACHED_MIN_TALK_SECONDS } from '../../telephony/calls/domain/effects/call-effects.js';
import { KEY_NAMES, KEYS } from './figure-kinds.js';
import { columnOf, isOfCallbacks, type Measure, MEASURES } from './measures.js';

const ofNext = (condition: string): string => condition.replaceAll('call.', 'next.');

/**
 * What became of a miss: the first call to the customer, and whether either side then reached the other. Calls of the same
 * day and of the next one alone, by the bound on their beginning: by it the marks know which days a call may change.
 */
const CALLBACK = `
  LEFT JOIN LATERAL (
    SELECT min(next.started_at) FILTER (WHERE ${ofNext(CALL_MEASURES.dialled)}) AS attempted_at,
           bool_or(next.status = 'completed' AND next.duration_seconds >= ${REACHED_MIN_TALK_SECONDS}) AS is_recovered
      FROM telephony_calls next
     WHERE ${CALL_MEASURES.lost}
       AND next.customer_number_e164 = call.customer_number_e164
       AND next.started_at > call.started_at AND next.started_at <= call.started_at + interval '${CALLBACK_WINDOW}'
  ) AS callback ON true`;

/**
 * The calls of some time as rows of figures, one for each: day, keys, and these measures as 0, 1 or seconds.
 *
 * @param zone the business zone, as SQL
 * @param where which calls, as SQL on `call`
 */
export function measuredCalls(measures: readonly Measure[], zone: string, where: string): string {
  const columns = [
    'local.at::date AS day',
    ...KEY_NAMES.map((key) => `${KEYS[key].sql} AS ${columnOf(key)}`),
    ...measures.map((measure) => `${MEASURES[measure]} AS ${columnOf(measure)}`),
  ];
  return `
    SELECT ${columns.join(',\n           ')}
      FROM telephony_calls call
     CROSS JOIN LATERAL (SELECT call.started_at AT TIME ZONE ${zone} AS at) AS local
           ${measures.some(isOfCallbacks) ? CALLBACK : ''}
     WHERE ${where}`;
}
