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
  /** What the PBX sent in place of a number; null: no filter. */
  readonly text: string | null;
  readonly provider: string;
}

/** Most values that are looked for one by one. Of more the calls are examined by their start: most of them match. */
const MOST_PATHS = 8;

/** Chooses the indexes for a filter: that of which a call has fewest, first. What they do not decide is examined row by row. */
export function accessPathsOf(
  agent: AgentIdentity,
  query: CallFilterQuery,
  numbers: NumberFilter,
): AccessPaths {
  if (!seesAllCalls(agent))
    return { paths: named(isOfOpen(query) ? [OPEN] : ownPaths(agent)), areFew: false };
  const few = fewOf(query, numbers);
  if (few !== null) return { paths: named(few), areFew: true };
  const many = manyOf(query, numbers);
  return { paths: named(many.length > MOST_PATHS ? [{}] : many), areFew: false };
}

/** In the words of the partial index of open calls: there are few, of whomever they are. */
const OPEN = { where: `call.status IN ('initiated', 'ringing', 'answered')` };

function isOfOpen({ status, figure }: CallFilterQuery): boolean {
  return figure === 'open' || status?.every((word) => word !== 'missed' && !isOver(word)) === true;
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
  { provider }: NumberFilter,
): UnnamedPath[] | null {
  if (externalCallId !== undefined) {
    const where = 'call.provider = :provider AND call.external_call_id = :externalCallId';
    return [{ where, parameters: { provider, externalCallId } }];
  }
  return taskId === undefined ? null : [{ where: 'call.task_id = :taskId', parameters: { taskId } }];
}

function manyOf(query: CallFilterQuery, { e164, text }: NumberFilter): UnnamedPath[] {
  const { agentUserId, extension, figure, queueName, disposition, trunkName } = query;
  if (e164 !== null) return leads('customer_number_e164', e164);
  if (text !== null) {
    return [{ lead: { column: 'customer_phone', value: text }, where: 'call.customer_number_e164 IS NULL' }];
  }
  if (agentUserId !== undefined) return leads('agent_user_id', agentUserId);
  if (hasAll(extension)) {
    if (figure !== undefined) return leads('agent_phone', extension);
    return [...new Set(extension)].flatMap((value) => withFirst('agent_phone', value));
  }
  if (isOfOpen(query)) return [OPEN];
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
