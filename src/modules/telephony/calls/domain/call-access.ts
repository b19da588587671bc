import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';

/** Agents have access to the calls they started and those at their extension; supervisors to all calls. */
export function isCallOf(agent: AgentIdentity, call: Call): boolean {
  return (
    agent.role === 'supervisor' ||
    call.agentUserId === agent.userId ||
    (agent.extension !== null && [call.agentPhone, call.firstAgentPhone].includes(agent.extension))
  );
}
