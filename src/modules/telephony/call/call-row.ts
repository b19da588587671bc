import type { CallWithFacts } from './call-book.js';
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
    return { ...own, facts: row.facts, ...project(row.facts), disposition: row.disposition };
  }
  const former = { ...own, facts: null, ...formerColumns(row.former ?? {}) };
  return { ...former, facts: factsOfRow(former) };
}

/** A row to write, by the names of its columns; times become text when it is sent. */
export function rowOfCall(call: CallWithFacts): Readonly<Record<string, unknown>> {
  return {
    id: call.id,
    provider: call.provider,
    external_call_id: call.externalCallId,
    crm_call_id: call.crmCallId,
    task_id: call.taskId,
    agent_user_id: call.agentUserId,
    agent_phone: call.agentPhone,
    first_agent_phone: call.firstAgentPhone,
    customer_phone: call.customerPhone,
    customer_number_e164: call.customerNumberE164,
    customer_id: call.customerId,
    direction: call.direction,
    status: call.status,
    started_at: call.startedAt,
    answered_at: call.answeredAt,
    ended_at: call.endedAt,
    duration_seconds: call.durationSeconds,
    wait_seconds: call.waitSeconds,
    hold_seconds: call.holdSeconds,
    recording_url: call.recordingUrl,
    recording_duration_seconds: call.recordingDurationSeconds,
    queue_name: call.queueName,
    trunk_name: call.trunkName,
    disposition: call.disposition,
    end_reason: call.endReason,
    inferred: call.inferred,
    facts: call.facts,
    effects: call.effects,
    meta: call.meta,
    created_at: call.createdAt,
    updated_at: new Date(),
  };
}

/** The columns that {@link rowOfCall} names. */
export const WRITTEN_COLUMNS = [
  'provider',
  'external_call_id',
  'crm_call_id',
  'task_id',
  'agent_user_id',
  'agent_phone',
  'first_agent_phone',
  'customer_phone',
  'customer_number_e164',
  'customer_id',
  'direction',
  'status',
  'started_at',
  'answered_at',
  'ended_at',
  'duration_seconds',
  'wait_seconds',
  'hold_seconds',
  'recording_url',
  'recording_duration_seconds',
  'queue_name',
  'trunk_name',
  'disposition',
  'end_reason',
  'inferred',
  'facts',
  'effects',
  'meta',
  'created_at',
  'updated_at',
] as const;

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
