import type { LISTED_COLUMNS } from '../../telephony/calls/dto/call.dto.js';
import type { CellKind, ExportColumn, ExportFormat } from '../csv.js';

/** A field of the list, or a time of it in the business zone. Its SQL is on the alias `call`, and on `:timeZone`. */
export interface CallColumn extends ExportColumn {
  readonly name: CallField | `${CallField}Local`;
  readonly sql: string;
  /** Of a column that one format has alone. */
  readonly format?: ExportFormat;
}

/** Without the address of the recording: it is a ticket of one user for an hour. */
type CallField = Exclude<(typeof LISTED_COLUMNS)[number], 'recordingUrl'> | 'hasRecording';

/**
 * The fields of the list, in its order. Times are written by the database: to convert a million of them here would take
 * longer than everything else.
 */
export const CALL_COLUMNS: readonly CallColumn[] = [
  column('id', 'plain', 'call.id'),
  column('provider', 'plain', 'call.provider'),
  column('externalCallId', 'text', 'call.external_call_id'),
  column('crmCallId', 'text', 'call.crm_call_id'),
  column('taskId', 'plain', 'call.task_id'),
  column('agentUserId', 'plain', 'call.agent_user_id'),
  column('agentPhone', 'text', 'call.agent_phone'),
  column('firstAgentPhone', 'text', 'call.first_agent_phone'),
  column('customerPhone', 'phone', 'call.customer_phone'),
  column('customerNumberE164', 'phone', 'call.customer_number_e164'),
  column('customerId', 'plain', 'call.customer_id'),
  column('direction', 'plain', 'call.direction'),
  column('status', 'plain', 'call.status'),
  column('disposition', 'plain', 'call.disposition'),
  column('endReason', 'text', 'call.end_reason'),
  ...time('startedAt', 'call.started_at'),
  ...time('answeredAt', 'call.answered_at'),
  ...time('endedAt', 'call.ended_at'),
  column('durationSeconds', 'plain', 'call.duration_seconds'),
  column('waitSeconds', 'plain', 'call.wait_seconds'),
  column('holdSeconds', 'plain', 'call.hold_seconds'),
  column('hasRecording', 'plain', 'call.recording_url IS NOT NULL'),
  column('recordingDurationSeconds', 'plain', 'call.recording_duration_seconds'),
  column('queueName', 'text', 'call.queue_name'),
  column('trunkName', 'text', 'call.trunk_name'),
  column('inferred', 'plain', `array_to_string(call.inferred, ' ')`),
  column('version', 'plain', 'call.version'),
  ...time('createdAt', 'call.created_at'),
  ...time('updatedAt', 'call.updated_at'),
];

function column(name: CallField, kind: CellKind, sql: string): CallColumn {
  return { name, kind, sql };
}

function time(name: CallField, at: string): CallColumn[] {
  return [
    {
      name: `${name}Local`,
      kind: 'plain',
      sql: `to_char(${at} AT TIME ZONE :timeZone, 'YYYY-MM-DD HH24:MI:SS')`,
      format: 'csv',
    },
    column(name, 'plain', `to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`),
  ];
}
