import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';

/** An agent's calls are those he started and those at his extension; a supervisor's are all. */
export function isCallOf(agent: AgentIdentity, call: Call): boolean {
  return (
    agent.role === 'supervisor' ||
    call.agentUserId === agent.userId ||
    (agent.extension !== null && [call.agentPhone, call.firstAgentPhone].includes(agent.extension))
  );
}
