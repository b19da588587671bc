import type { Column } from '../../../database/batch/row-set.js';
import { assembleCall, type CallWithFacts } from './domain/call-with-facts.js';
import type { Call } from './call.entity.js';
import { storedMeta } from './domain/call-meta.js';
import { presentFacts, withAgentOfRow } from './domain/facts/earlier-facts.js';
import { legacyFactsOf } from './domain/facts/legacy-facts.js';
import { type CallProjection, project } from './domain/facts/projection.js';

/** Columns of `telephony_calls` that are read; the projection of the facts gives the others. */
export const READ_COLUMNS = `c.id, c.external_call_id, c.external_id_occurrence, c.crm_call_id, c.task_id, c.agent_user_id, c.customer_id,
  c.customer_number_e164, c.disposition, c.started_at, c.effects, c.facts, c.meta, c.version, c.created_at,
  CASE WHEN c.facts IS NULL THEN to_jsonb(c) END AS legacy`;

export interface CallRow {
  readonly id: number;
  readonly external_call_id: string | null;
  readonly external_id_occurrence: number;
  readonly crm_call_id: string | null;
  readonly task_id: number | null;
  readonly agent_user_id: number | null;
  readonly customer_id: number | null;
  readonly customer_number_e164: string | null;
  readonly disposition: Call['disposition'];
  readonly started_at: Date | null;
  readonly effects: Call['effects'];
  readonly facts: Call['facts'];
  readonly meta: Call['meta'];
  readonly version: number;
  readonly created_at: Date;
  /** The whole row, if it was written before facts were stored; else null. */
  readonly legacy: Readonly<Record<string, unknown>> | null;
}

export function callOfRow(row: CallRow, provider: string): CallWithFacts {
  const own = {
    id: row.id,
    provider,
    externalCallId: row.external_call_id,
    externalIdOccurrence: row.external_id_occurrence,
    crmCallId: row.crm_call_id,
    taskId: row.task_id,
    customerId: row.customer_id,
    effects: row.effects,
    meta: metaOf(row.meta),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.created_at,
    hangupRequestedAt: null,
    transferRequestedAt: null,
    storedStart: row.started_at,
  };
  if (row.facts !== null) {
    const facts = withAgentOfRow(presentFacts(row.facts), row.agent_user_id);
    const call = assembleCall(own, facts, project(facts));
    call.disposition = row.disposition;
    return call;
  }
  const columns = legacyColumns(row.legacy ?? {});
  return assembleCall(own, legacyFactsOf({ ...own, ...columns }), columns);
}

/** The former code also stored texts and numbers in `meta`: they are kept under a key of their own. */
function metaOf(meta: unknown): Call['meta'] {
  if (meta === null) return null;
  const isObject = typeof meta === 'object' && !Array.isArray(meta);
  return isObject ? (meta as Record<string, unknown>) : { former: meta };
}

/** Columns that are written, besides the id, the version and `updated_at`. */
export const WRITTEN_COLUMNS = {
  provider: ['text', (call) => call.provider],
  external_call_id: ['text', (call) => call.externalCallId],
  external_id_occurrence: ['integer', (call) => call.externalIdOccurrence],
  crm_call_id: ['text', (call) => call.crmCallId],
  task_id: ['integer', (call) => call.taskId],
  agent_user_id: ['integer', (call) => call.agentUserId],
  first_agent_user_id: ['integer', (call) => call.firstAgentUserId],
  // As array literals: unnest() would flatten an array of arrays.
  user_ids: ['text', (call) => `{${call.userIds.join(',')}}`],
  agent_phone: ['text', (call) => call.agentPhone],
  first_agent_phone: ['text', (call) => call.firstAgentPhone],
  customer_phone: ['text', (call) => call.customerPhone],
  customer_number_e164: ['text', (call) => call.customerNumberE164],
  customer_id: ['integer', (call) => call.customerId],
  direction: ['text', (call) => call.direction],
  status: ['text', (call) => call.status],
  started_at: ['timestamptz', (call) => call.startedAt],
  answered_at: ['timestamptz', (call) => call.answeredAt],
  ended_at: ['timestamptz', (call) => call.endedAt],
  duration_seconds: ['integer', (call) => call.durationSeconds],
  wait_seconds: ['integer', (call) => call.waitSeconds],
  hold_seconds: ['integer', (call) => call.holdSeconds],
  recording_url: ['text', (call) => call.recordingUrl],
  recording_duration_seconds: ['integer', (call) => call.recordingDurationSeconds],
  queue_name: ['text', (call) => call.queueName],
  trunk_name: ['text', (call) => call.trunkName],
  disposition: ['text', (call) => call.disposition],
  end_reason: ['text', (call) => call.endReason],
  inferred: ['text', (call) => `{${call.inferred.join(',')}}`],
  facts: ['jsonb', (call) => JSON.stringify(call.facts)],
  effects: ['jsonb', (call) => JSON.stringify(call.effects)],
  meta: ['jsonb', (call) => storedMeta(call.meta)],
  created_at: ['timestamptz', (call) => call.createdAt],
} as const satisfies Readonly<Record<string, Column<CallWithFacts>>>;

/** @param row the result of `to_jsonb`: times are ISO 8601 text */
function legacyColumns(row: Readonly<Record<string, unknown>>): CallProjection {
  const time = (name: string): Date | null => {
    const text = row[name] as string | null;
    return text === null ? null : new Date(text);
  };
  return {
    direction: row.direction as Call['direction'],
    status: row.status as Call['status'],
    customerPhone: row.customer_phone as string,
    customerNumberE164: row.customer_number_e164 as string | null,
    agentPhone: row.agent_phone as string | null,
    firstAgentPhone: row.first_agent_phone as string | null,
    agentUserId: row.agent_user_id as number | null,
    firstAgentUserId: row.first_agent_user_id as number | null,
    userIds: row.user_ids as number[],
    startedAt: time('started_at'),
    answeredAt: time('answered_at'),
    endedAt: time('ended_at'),
    durationSeconds: row.duration_seconds as number | null,
    waitSeconds: row.wait_seconds as number | null,
    holdSeconds: row.hold_seconds as number | null,
    recordingUrl: row.recording_url as string | null,
    recordingDurationSeconds: row.recording_duration_seconds as number | null,
    queueName: row.queue_name as string | null,
    trunkName: row.trunk_name as string | null,
    disposition: row.disposition as Call['disposition'],
    endReason: row.end_reason as string | null,
    inferred: row.inferred as string[],
  };
}
