import type { ObjectLiteral } from 'typeorm';
import type { KeysetLead } from '../../../../database/keyset-page.js';
import { type AgentIdentity, seesAllCalls } from '../../../auth/agent-identity.js';
import { isOver } from '../domain/call-vocabulary.js';
import { type CallFilterQuery, WITHOUT } from './call-filter.dto.js';

/** Calls that one index finds, newest first. */
export interface AccessPath {
  /** Column before `started_at` in that index, and its value. */
  readonly lead?: KeysetLead;
  /** Condition by which PostgreSQL uses that index. */
  readonly where?: string;
  readonly parameters?: ObjectLiteral;
}

export interface AccessPaths {
  /** Together they find all calls that the filter may match. */
  readonly paths: readonly AccessPath[];
  /** Whether they find so few calls that all of them can be examined. */
  readonly areFew: boolean;
}

/** What a filter says of numbers, once it is read. */
export interface NumberFilter {
  /** Whole numbers, E.164, of which the call has one; null: no filter. */
  readonly e164: readonly string[] | null;
  readonly provider: string;
}

/** Chooses the indexes for a filter: that of which a call has fewest, first. What they do not decide is examined row by row. */
export function accessPathsOf(
  agent: AgentIdentity,
  query: CallFilterQuery,
  numbers: NumberFilter,
): AccessPaths {
  if (!seesAllCalls(agent)) return { paths: named(ownPaths(agent)), areFew: false };
  const few = fewOf(query, numbers);
  if (few !== null) return { paths: named(few), areFew: true };
  return { paths: named(manyOf(query)), areFew: false };
}

type UnnamedPath = Omit<AccessPath, 'lead'> & { readonly lead?: Omit<KeysetLead, 'name'> };

function named(paths: readonly UnnamedPath[]): AccessPath[] {
  return paths.map(({ lead, ...path }, index) =>
    lead === undefined ? path : { ...path, lead: { ...lead, name: `lead${index}` } },
  );
}

/** The calls that the agent started, has or had: of each kind an index. The conditions are those of the partial indexes. */
function ownPaths({ userId, extension }: AgentIdentity): UnnamedPath[] {
  const ofUser = withFirst('agent_user_id', userId);
  return extension === null ? ofUser : [...ofUser, ...withFirst('agent_phone', extension)];
}

function withFirst(column: 'agent_user_id' | 'agent_phone', value: string | number): UnnamedPath[] {
  const first = `first_${column}`;
  return [
    { lead: { column, value } },
    { lead: { column: first, value }, where: `call.${first} IS DISTINCT FROM call.${column}` },
  ];
}

function fewOf(
  { externalCallId, taskId }: CallFilterQuery,
  { e164, provider }: NumberFilter,
): UnnamedPath[] | null {
  if (e164 !== null) return e164.map((value) => ({ lead: { column: 'customer_number_e164', value } }));
  if (externalCallId !== undefined) {
    const where = 'call.provider = :provider AND call.external_call_id = :externalCallId';
    return [{ where, parameters: { provider, externalCallId } }];
  }
  return taskId === undefined ? null : [{ where: 'call.task_id = :taskId', parameters: { taskId } }];
}

function manyOf(query: CallFilterQuery): UnnamedPath[] {
  const { agentUserId, extension, status, figure, queueName, disposition, trunkName } = query;
  if (agentUserId !== undefined) return leads('agent_user_id', agentUserId);
  if (hasAll(extension)) return extension.flatMap((value) => withFirst('agent_phone', value));
  const isOpen = status?.every((word) => word !== 'missed' && !isOver(word)) === true;
  // The words of the partial index of open calls.
  if (isOpen || figure === 'open') return [{ where: `call.status IN ('initiated', 'ringing', 'answered')` }];
  if (hasAll(queueName)) return leads('queue_name', queueName);
  if (disposition !== undefined) return leads('disposition', disposition);
  return hasAll(trunkName) ? leads('trunk_name', trunkName) : [{}];
}

/** Whether each value is one that an index has. */
function hasAll(values: readonly string[] | undefined): values is readonly string[] {
  return values !== undefined && !values.includes(WITHOUT);
}

function leads(column: string, values: readonly (string | number)[]): UnnamedPath[] {
  return [...new Set(values)].map((value) => ({ lead: { column, value } }));
}
