import { type AgentIdentity, seesAllCalls } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';
import { isOver } from './call-vocabulary.js';

/**
 * Agents have access to the calls that they started, had or heard ring, and to those at the extension of their token;
 * supervisors to all calls.
 */
export function isCallOf(agent: AgentIdentity, call: CallOfAudience): boolean {
  return (
    agent.role === 'supervisor' ||
    usersOfCall(call).includes(agent.userId) ||
    (agent.extension !== null && [call.agentPhone, call.firstAgentPhone].includes(agent.extension))
  );
}

/** Whether the user may read the call; {@link isCallOf} says whether he may control it. */
export function maySeeCall(agent: AgentIdentity, call: CallOfAudience): boolean {
  return seesAllCalls(agent) || isCallOf(agent, call);
}

/** Who may see a call, besides those who see all. */
export interface CallAudience {
  readonly users: readonly number[];
  /** Extensions; an agent whose token names one sees its calls. */
  readonly extensions: readonly string[];
}

/** The columns that {@link audienceOf} reads. */
export const AUDIENCE_COLUMNS = [
  'agentUserId',
  'userIds',
  'agentPhone',
  'firstAgentPhone',
] as const satisfies readonly (keyof Call)[];
export type CallOfAudience = Pick<Call, (typeof AUDIENCE_COLUMNS)[number]>;

export function audienceOf(call: CallOfAudience): CallAudience {
  const { agentPhone, firstAgentPhone } = call;
  const extensions = [agentPhone, firstAgentPhone].filter((extension) => extension !== null);
  return { users: usersOfCall(call), extensions: [...new Set(extensions)] };
}

/** Of a call that did not change since users are stamped, only the column of its agent tells one. */
function usersOfCall({ agentUserId, userIds }: CallOfAudience): readonly number[] {
  return agentUserId === null || userIds.includes(agentUserId) ? userIds : [agentUserId, ...userIds];
}

export function joinAudiences(a: CallAudience, b: CallAudience): CallAudience {
  return {
    users: [...new Set([...a.users, ...b.users])],
    extensions: [...new Set([...a.extensions, ...b.extensions])],
  };
}

/**
 * The call that a user means by an id of the PBX.
 * @param matches the calls whose ids equal it, or differ from it only in case or outer spaces, newest first
 * @returns forbidden: it is another agent's call, or a PBX that ignores case may take it for one; null: no call has it
 */
export function controlledCall(
  agent: AgentIdentity,
  externalCallId: string,
  matches: readonly Call[],
): Call | 'forbidden' | null {
  const exact = matches.find((call) => call.externalCallId === externalCallId);
  if (exact !== undefined) return isCallOf(agent, exact) ? exact : 'forbidden';
  const own = matches.filter((call) => isCallOf(agent, call));
  const isOpenForOthers = matches.some((call) => !own.includes(call) && !isOver(call.status));
  if (isOpenForOthers) return 'forbidden';
  return own.find(({ status }) => !isOver(status)) ?? own[0] ?? (matches.length > 0 ? 'forbidden' : null);
}
