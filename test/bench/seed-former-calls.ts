import { sql } from './population.js';

/**
 * Inserts calls as the CRM's former code wrote them, one every two minutes, oldest first. The last tenth are second rows of
 * the first calls, stuck in ringing, as that code wrote them for inbound calls.
 */
export function formerCalls(rows: number): string {
  const duplicates = Math.floor(rows / 10);
  const customer = sql.customerOf('call');
  return `
    INSERT INTO telephony_calls (external_call_id, agent_user_id, agent_phone, customer_phone, direction, status,
        started_at, answered_at, ended_at, duration_seconds, disposition, queue_name, trunk_name, meta, created_at, updated_at)
    SELECT ${sql.callIdOf('call')}, agent, ${sql.extensionOf('agent')},
           CASE n % 3 WHEN 0 THEN number WHEN 1 THEN '+88' || number ELSE '88' || number END,
           CASE WHEN call % 5 < 3 THEN 'inbound' ELSE 'outbound' END,
           CASE WHEN is_second THEN 'ringing' WHEN call % 4 = 0 THEN 'failed' ELSE 'completed' END,
           began,
           CASE WHEN NOT is_second AND call % 4 > 0 THEN began + interval '10 s' END,
           CASE WHEN NOT is_second THEN began + interval '90 s' END,
           CASE WHEN NOT is_second AND call % 4 > 0 THEN 80 END,
           CASE WHEN is_second THEN NULL WHEN call % 4 = 0 THEN 'missed' ELSE 'completed' END,
           'sales', 'gp',
           jsonb_build_object('event', 'call_ended', 'call_id', call, 'customer_number', number,
                              'recording_url', 'https://pbx.example/recordings/' || call || '.mp3'),
           began, began + interval '90 s'
      FROM generate_series(0, ${rows - 1}) AS n
     CROSS JOIN LATERAL (
       SELECT n >= ${rows - duplicates} AS is_second,
              CASE WHEN n >= ${rows - duplicates} THEN n - ${rows - duplicates} ELSE n END AS call) AS row
     CROSS JOIN LATERAL (
       SELECT ${sql.agentOf('call')} AS agent, ${sql.numberOf(customer)} AS number,
              timestamp '2025-11-01' + call * interval '2 min' AS began) AS fact`;
}
