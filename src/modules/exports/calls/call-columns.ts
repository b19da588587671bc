import type { LISTED_COLUMNS } from '../../telephony/calls/dto/call.dto.js';
import type { CellKind, ExportColumn, ExportFormat } from '../csv.js';

/** Its SQL is on the alias `call`, and on `:timeZone`. */
export interface SelectedColumn extends ExportColumn {
  readonly sql: string;
}

/** A field of the list, or a time of it in the business zone. */
interface CallColumn extends SelectedColumn {
  readonly name: CallField | `${CallField}Local`;
  /** Of a column that one format has alone. */
  readonly format?: ExportFormat;
}

/** Without the address of the recording: it is a ticket of one user for an hour. */
type CallField = Exclude<(typeof LISTED_COLUMNS)[number], 'recordingUrl'> | 'hasRecording';

/**
 * The fields of the list, in its order. Times are written by the database: to convert a million of them here would take
 * longer than everything else.
 */
const COLUMNS: readonly CallColumn[] = [
  column('id', 'digits', 'call.id'),
  column('provider', 'plain', 'call.provider'),
  column('externalCallId', 'text', 'call.external_call_id'),
  column('crmCallId', 'text', 'call.crm_call_id'),
  column('taskId', 'digits', 'call.task_id'),
  column('agentUserId', 'digits', 'call.agent_user_id'),
  column('agentPhone', 'text', 'call.agent_phone'),
  column('firstAgentPhone', 'text', 'call.first_agent_phone'),
  column('customerPhone', 'phone', 'call.customer_phone'),
  column('customerNumberE164', 'phone', 'call.customer_number_e164'),
  column('customerId', 'digits', 'call.customer_id'),
  column('direction', 'plain', 'call.direction'),
  column('status', 'plain', 'call.status'),
  column('disposition', 'plain', 'call.disposition'),
  column('endReason', 'text', 'call.end_reason'),
  ...time('startedAt', 'call.started_at'),
  ...time('answeredAt', 'call.answered_at'),
  ...time('endedAt', 'call.ended_at'),
  column('durationSeconds', 'digits', 'call.duration_seconds'),
  column('waitSeconds', 'digits', 'call.wait_seconds'),
  column('holdSeconds', 'digits', 'call.hold_seconds'),
  column('hasRecording', 'digits', '(call.recording_url IS NOT NULL)::text'),
  column('recordingDurationSeconds', 'digits', 'call.recording_duration_seconds'),
  column('queueName', 'text', 'call.queue_name'),
  column('trunkName', 'text', 'call.trunk_name'),
  column('inferred', 'plain', `array_to_string(call.inferred, ' ')`),
  column('version', 'digits', 'call.version'),
  ...time('createdAt', 'call.created_at'),
  ...time('updatedAt', 'call.updated_at'),
];

/**
 * The columns of a file. Those of digits beside each other are joined by the database: to read each value here, and to write
 * it, takes longer than to join them there.
 */
export function columnsOf(format: ExportFormat): SelectedColumn[] {
  const runs: CallColumn[][] = [];
  for (const column of COLUMNS) {
    if (column.format !== undefined && column.format !== format) continue;
    const run = runs.at(-1);
    if (column.kind === 'digits' && run?.at(-1)?.kind === 'digits') run.push(column);
    else runs.push([column]);
  }
  return runs.map(joined);
}

function joined([first, ...others]: readonly CallColumn[]): SelectedColumn {
  if (first === undefined) throw new Error('A run of columns has none');
  if (others.length === 0) return first;
  const columns = [first, ...others];
  return {
    name: first.name,
    kind: 'digits',
    joins: columns.map(({ name }) => name),
    sql: `concat(${columns.map(({ sql }) => sql).join(`, ',', `)})`,
  };
}

function column(name: CallField, kind: CellKind, sql: string): CallColumn {
  return { name, kind, sql };
}

function time(name: CallField, at: string): CallColumn[] {
  return [
    {
      name: `${name}Local`,
      kind: 'digits',
      sql: `to_char(${at} AT TIME ZONE :timeZone, 'YYYY-MM-DD HH24:MI:SS')`,
      format: 'csv',
    },
    column(name, 'digits', `to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`),
  ];
}
