import { DateTime } from 'luxon';
import type { TestApp } from './app.js';

/** The business day so many days ago, `YYYY-MM-DD`. */
export function dayAgo(days: number, zone = 'Asia/Dhaka'): string {
  return DateTime.now().setZone(zone).minus({ days }).toFormat('yyyy-MM-dd');
}

/** Columns of a call, as reports read them. */
export interface ReportedCall {
  /** Time of the business zone, such as `2026-01-03 10:00:00`. */
  readonly at: string;
  readonly direction?: 'inbound' | 'outbound';
  readonly status?: string;
  readonly disposition?: string | null;
  readonly end_reason?: string | null;
  readonly wait_seconds?: number | null;
  readonly duration_seconds?: number | null;
  /** After {@link at}. */
  readonly ended_after?: number | null;
  readonly queue_name?: string | null;
  readonly agent_phone?: string | null;
  readonly agent_user_id?: number | null;
  readonly customer_number_e164?: string | null;
  readonly recording_url?: string | null;
  readonly inferred?: readonly string[];
}

/** Stores calls as rows, without the events that make such rows. */
export async function storeCalls(app: TestApp, calls: readonly ReportedCall[]): Promise<void> {
  await app.db.query(
    `INSERT INTO telephony_calls (customer_phone, direction, status, disposition, end_reason, wait_seconds, duration_seconds,
            queue_name, agent_phone, agent_user_id, customer_number_e164, recording_url, inferred, started_at, ended_at)
     SELECT '', coalesce(direction, 'inbound'), coalesce(status, 'completed'), disposition, end_reason, wait_seconds,
            duration_seconds, queue_name, agent_phone, agent_user_id, customer_number_e164, recording_url,
            coalesce(inferred, '{}'), at AT TIME ZONE 'Asia/Dhaka',
            at AT TIME ZONE 'Asia/Dhaka' + make_interval(secs => ended_after)
       FROM jsonb_to_recordset($1) AS c (at timestamp, direction text, status text, disposition text, end_reason text,
            wait_seconds integer, duration_seconds integer, ended_after integer, queue_name text, agent_phone text,
            agent_user_id integer, customer_number_e164 text, recording_url text, inferred text[])`,
    [JSON.stringify(calls)],
  );
}
