import { Brackets, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';
import { REACHED_MIN_TALK_SECONDS } from '../domain/effects/call-effects.js';
import { type CallFilterQuery, type CallFilterStatus, WITHOUT } from './call-filter.dto.js';
import { CALL_MEASURES } from './call-measures.js';

/** Lost calls of a number that can be called back, without a talk with it and without a completed task since. */
export const STILL_TO_CALL_BACK = `${CALL_MEASURES.lost} AND call.customer_number_e164 IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM telephony_calls later
     WHERE later.customer_number_e164 = call.customer_number_e164 AND later.started_at > call.started_at
       AND later.status = 'completed' AND later.duration_seconds >= ${REACHED_MIN_TALK_SECONDS})
  AND NOT EXISTS (
    SELECT FROM crm_call_tasks task
     WHERE task.id = (call.effects -> 'missedTask' ->> 'taskId')::integer AND task.status = 'completed')`;

/** The calls that an agent started, has or had. */
export function isOwn({ userId, extension }: AgentIdentity): [condition: string, parameters: ObjectLiteral] {
  const ofUser = 'call.agent_user_id = :ownUser OR call.first_agent_user_id = :ownUser';
  if (extension === null) return [`(${ofUser})`, { ownUser: userId }];
  const ofExtension = 'call.agent_phone = :ownExtension OR call.first_agent_phone = :ownExtension';
  return [`(${ofUser} OR ${ofExtension})`, { ownUser: userId, ownExtension: extension }];
}

/** Adds all conditions of a filter but the times and the number. */
export function addCallConditions(
  calls: SelectQueryBuilder<Call>,
  query: CallFilterQuery,
  zone: string,
): void {
  const { status, figure, missedUnanswered, hasRecording } = query;
  if (status !== undefined) calls.andWhere(hasStatus(status));
  if (figure !== undefined) calls.andWhere(`(${CALL_MEASURES[figure]})`);
  if (missedUnanswered !== undefined)
    calls.andWhere(`${missedUnanswered ? '' : 'NOT '}(${STILL_TO_CALL_BACK})`);
  if (hasRecording !== undefined) calls.andWhere(`call.recording_url IS ${hasRecording ? 'NOT ' : ''}NULL`);

  isOneOf(calls, 'direction', query.direction);
  isOneOf(calls, 'disposition', query.disposition);
  isOneOf(calls, 'agent_user_id', query.agentUserId);
  isOneOf(calls, 'queue_name', query.queueName);
  isOneOf(calls, 'trunk_name', query.trunkName);
  isOneOf(calls, 'end_reason', query.endReason);
  if (query.extension !== undefined) {
    calls.andWhere(hasExtension(query.extension, figure !== undefined));
  }

  const { customerId, externalCallId, crmCallId, taskId } = query;
  const { minDuration, maxDuration, minWait, maxWait, hour, weekday } = query;
  const startedThere = 'call.started_at AT TIME ZONE :zone';
  const conditions: readonly (readonly [string, ObjectLiteral])[] = [
    ['call.customer_id = :customerId', { customerId }],
    ['call.external_call_id = :externalCallId', { externalCallId }],
    ['call.crm_call_id = :crmCallId', { crmCallId }],
    ['call.task_id = :taskId', { taskId }],
    ['call.duration_seconds >= :minDuration', { minDuration }],
    ['call.duration_seconds <= :maxDuration', { maxDuration }],
    ['call.wait_seconds >= :minWait', { minWait }],
    ['call.wait_seconds <= :maxWait', { maxWait }],
    [`extract(hour FROM ${startedThere}) = ANY (:hour)`, { hour }],
    [`extract(isodow FROM ${startedThere}) = ANY (:weekday)`, { weekday }],
  ];
  for (const [condition, parameters] of conditions) {
    if (Object.values(parameters).every((value) => value !== undefined)) {
      calls.andWhere(condition, { ...parameters, ...(condition.includes(':zone') && { zone }) });
    }
  }
}

function isOneOf(
  calls: SelectQueryBuilder<Call>,
  column: string,
  values: readonly (string | number)[] | undefined,
): void {
  if (values === undefined) return;
  const names = values.filter((value) => value !== WITHOUT);
  calls.andWhere(
    new Brackets((call) => {
      call.where(`call.${column} = ANY (:${column})`, { [column]: names });
      if (names.length < values.length) call.orWhere(`call.${column} IS NULL`);
    }),
  );
}

/** A figure counts a call at the extension that has it or had it last; a transferred call is found at the first one too. */
function hasExtension(extensions: readonly string[], isOfFigure: boolean): Brackets {
  const names = extensions.filter((extension) => extension !== WITHOUT);
  const first = isOfFigure ? '' : ' OR call.first_agent_phone = ANY (:extensions)';
  return new Brackets((call) => {
    call.where(`call.agent_phone = ANY (:extensions)${first}`, { extensions: names });
    if (names.length < extensions.length) call.orWhere('call.agent_phone IS NULL');
  });
}

/**
 * The statuses are literals, not parameters: the plan is made once for all values of a parameter, and could not use the
 * partial index of open calls. They are words of a closed set.
 */
function hasStatus(statuses: readonly CallFilterStatus[]): Brackets {
  return new Brackets((status) => {
    const stored = statuses.filter((word) => word !== 'missed');
    if (stored.length > 0) status.where(`call.status IN (${stored.map((word) => `'${word}'`).join(', ')})`);
    if (stored.length < statuses.length) status.orWhere(`(${CALL_MEASURES.lost})`);
  });
}
