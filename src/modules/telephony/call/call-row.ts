import { callWith, type CallWithFacts } from './call-with-facts.js';
import type { Call } from './call.entity.js';
import { factsOfRow } from './legacy-facts.js';
import { type CallProjection, project } from './projection.js';

/** Columns of `telephony_calls` that a call is read back from; the others follow from its facts. */
export const READ_COLUMNS = `c.id, c.external_call_id, c.crm_call_id, c.task_id, c.agent_user_id, c.customer_id,
  c.disposition, c.effects, c.facts, c.meta, c.version, c.created_at,
  CASE WHEN c.facts IS NULL THEN to_jsonb(c) END AS former`;

export interface CallRow {
  readonly id: number;
  readonly external_call_id: string | null;
  readonly crm_call_id: string | null;
  readonly task_id: number | null;
  readonly agent_user_id: number | null;
  readonly customer_id: number | null;
  readonly disposition: Call['disposition'];
  readonly effects: Call['effects'];
  readonly facts: Call['facts'];
  readonly meta: Call['meta'];
  readonly version: number;
  readonly created_at: Date;
  /** The whole row, where it was written before facts were kept. */
  readonly former: Readonly<Record<string, unknown>> | null;
}

export function callOfRow(row: CallRow, provider: string): CallWithFacts {
  const own = {
    id: row.id,
    provider,
    externalCallId: row.external_call_id,
    crmCallId: row.crm_call_id,
    taskId: row.task_id,
    agentUserId: row.agent_user_id,
    customerId: row.customer_id,
    effects: row.effects,
    meta: row.meta,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.created_at,
    hangupRequestedAt: null,
    transferRequestedAt: null,
  };
  if (row.facts !== null) {
    const call = callWith(own, row.facts, project(row.facts));
    call.disposition = row.disposition;
    return call;
  }
  const columns = formerColumns(row.former ?? {});
  return callWith(own, factsOfRow({ ...own, ...columns, facts: null }), columns);
}

/**
 * Columns of a row to write, with their types. What is JSON travels as text: inside of JSON it would be parsed twice.
 */
export const WRITTEN_COLUMNS = {
  provider: 'text',
  external_call_id: 'text',
  crm_call_id: 'text',
  task_id: 'integer',
  agent_user_id: 'integer',
  agent_phone: 'text',
  first_agent_phone: 'text',
  customer_phone: 'text',
  customer_number_e164: 'text',
  customer_id: 'integer',
  direction: 'text',
  status: 'text',
  started_at: 'timestamptz',
  answered_at: 'timestamptz',
  ended_at: 'timestamptz',
  duration_seconds: 'integer',
  wait_seconds: 'integer',
  hold_seconds: 'integer',
  recording_url: 'text',
  recording_duration_seconds: 'integer',
  queue_name: 'text',
  trunk_name: 'text',
  disposition: 'text',
  end_reason: 'text',
  inferred: 'text[]',
  facts: 'text',
  effects: 'text',
  meta: 'text',
  created_at: 'timestamptz',
} as const;

/** Columns that hold JSON. */
export const JSON_COLUMNS: ReadonlySet<string> = new Set(['facts', 'effects', 'meta']);

/** A row to write, by the names of its columns; times become text when it is sent, and what is empty is left out. */
export function rowOfCall(
  call: CallWithFacts,
): Readonly<Record<keyof typeof WRITTEN_COLUMNS | 'id', unknown>> {
  return {
    id: call.id,
    provider: call.provider,
    external_call_id: call.externalCallId ?? undefined,
    crm_call_id: call.crmCallId ?? undefined,
    task_id: call.taskId ?? undefined,
    agent_user_id: call.agentUserId ?? undefined,
    agent_phone: call.agentPhone ?? undefined,
    first_agent_phone: call.firstAgentPhone ?? undefined,
    customer_phone: call.customerPhone,
    customer_number_e164: call.customerNumberE164 ?? undefined,
    customer_id: call.customerId ?? undefined,
    direction: call.direction,
    status: call.status,
    started_at: call.startedAt ?? undefined,
    answered_at: call.answeredAt ?? undefined,
    ended_at: call.endedAt ?? undefined,
    duration_seconds: call.durationSeconds ?? undefined,
    wait_seconds: call.waitSeconds ?? undefined,
    hold_seconds: call.holdSeconds ?? undefined,
    recording_url: call.recordingUrl ?? undefined,
    recording_duration_seconds: call.recordingDurationSeconds ?? undefined,
    queue_name: call.queueName ?? undefined,
    trunk_name: call.trunkName ?? undefined,
    disposition: call.disposition ?? undefined,
    end_reason: call.endReason ?? undefined,
    inferred: call.inferred,
    facts: JSON.stringify(call.facts),
    effects: JSON.stringify(call.effects),
    meta: call.meta === null ? undefined : JSON.stringify(call.meta),
    created_at: call.createdAt,
  };
}

type Column<T> = T | null;

/** What a row written by the former code says, as `to_jsonb` gives it: times are ISO 8601 text. */
function formerColumns(row: Readonly<Record<string, unknown>>): CallProjection {
  const time = (name: string): Date | null => {
    const text = row[name] as Column<string>;
    return text === null ? null : new Date(text);
  };
  return {
    direction: row.direction as Call['direction'],
    status: row.status as Call['status'],
    customerPhone: row.customer_phone as string,
    customerNumberE164: row.customer_number_e164 as Column<string>,
    agentPhone: row.agent_phone as Column<string>,
    firstAgentPhone: row.first_agent_phone as Column<string>,
    startedAt: time('started_at'),
    answeredAt: time('answered_at'),
    endedAt: time('ended_at'),
    durationSeconds: row.duration_seconds as Column<number>,
    waitSeconds: row.wait_seconds as Column<number>,
    holdSeconds: row.hold_seconds as Column<number>,
    recordingUrl: row.recording_url as Column<string>,
    recordingDurationSeconds: row.recording_duration_seconds as Column<number>,
    queueName: row.queue_name as Column<string>,
    trunkName: row.trunk_name as Column<string>,
    disposition: row.disposition as Call['disposition'],
    endReason: row.end_reason as Column<string>,
    inferred: row.inferred as string[],
  };
}
