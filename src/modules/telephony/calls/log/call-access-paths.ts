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
  /** What of the filter every call matches that they find. `own`: that the agent may see it. */
  readonly decided: readonly Decided[];
  /** Whether no two of them find the same call. */
  readonly areDisjoint: boolean;
}

type Decided = keyof CallFilterQuery | 'own';

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
  const { paths, decided = [] } = seesAllCalls(agent) ? pathsOfAll(query, numbers) : pathsOfOwn(agent, query);
  const areTooMany = paths.length > MOST_PATHS;
  return {
    paths: named(areTooMany ? [{}] : paths),
    areFew: seesAllCalls(agent) && isOfFew(query),
    decided: areTooMany ? [] : decided,
    areDisjoint: areTooMany || areDisjoint(paths),
  };
}

interface Chosen {
  readonly paths: UnnamedPath[];
  readonly decided?: readonly Decided[];
}

function pathsOfOwn(agent: AgentIdentity, query: CallFilterQuery): Chosen {
  return isOfOpen(query) ? { paths: [OPEN] } : { paths: ownPaths(agent), decided: ['own'] };
}

/** Calls of different values of one column, or those at an extension and those that it had first: as {@link withFirst}. */
function areDisjoint(paths: readonly UnnamedPath[]): boolean {
  const columns = new Set(paths.map(({ lead }) => lead?.column.replace(/^first_/u, '')));
  const values = new Set(paths.map(({ lead }) => lead?.value));
  const hasFirst = paths.some(({ lead }) => lead?.column.startsWith('first_') === true);
  return columns.size === 1 && (!hasFirst || values.size === 1);
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

function isOfFew({ externalCallId, taskId }: CallFilterQuery): boolean {
  return externalCallId !== undefined || taskId !== undefined;
}

function pathsOfAll(query: CallFilterQuery, { e164, text, provider }: NumberFilter): Chosen {
  const { externalCallId, taskId, agentUserId, extension, figure, queueName, disposition, trunkName } = query;
  if (externalCallId !== undefined) {
    const where = 'call.provider = :provider AND call.external_call_id = :externalCallId';
    return { paths: [{ where, parameters: { provider, externalCallId } }] };
  }
  if (taskId !== undefined) return { paths: [{ where: 'call.task_id = :taskId', parameters: { taskId } }] };
  if (e164 !== null) {
    // The numbers of a customer do not decide what else is said of the number.
    const decided: Decided[] = query.customerId === undefined ? ['customerPhone'] : [];
    return { paths: leads('customer_number_e164', e164), decided };
  }
  if (text !== null) {
    const where = 'call.customer_number_e164 IS NULL';
    return {
      paths: [{ lead: { column: 'customer_phone', value: text }, where }],
      decided: ['customerPhone'],
    };
  }
  if (agentUserId !== undefined)
    return { paths: leads('agent_user_id', agentUserId), decided: ['agentUserId'] };
  if (hasAll(extension)) {
    const paths =
      figure === undefined
        ? [...new Set(extension)].flatMap((value) => withFirst('agent_phone', value))
        : leads('agent_phone', extension);
    return { paths, decided: ['extension'] };
  }
  if (isOfOpen(query)) return { paths: [OPEN] };
  if (hasAll(queueName)) return { paths: leads('queue_name', queueName), decided: ['queueName'] };
  if (disposition !== undefined)
    return { paths: leads('disposition', disposition), decided: ['disposition'] };
  return hasAll(trunkName)
    ? { paths: leads('trunk_name', trunkName), decided: ['trunkName'] }
    : { paths: [{}] };
}

/** Whether each value is one that an index has. */
function hasAll(values: readonly string[] | undefined): values is readonly string[] {
  return values !== undefined && !values.includes(WITHOUT);
}

function leads(column: string, values: readonly (string | number)[]): UnnamedPath[] {
  return [...new Set(values)].map((value) => ({ lead: { column, value } }));
}
