import type { AgentIdentity } from '../auth/agent-identity.js';
import type { HeldExtensions } from './ports.js';

/** The extension of the token, and those that the user holds. */
export function extensionsOf(
  { userId, extension }: AgentIdentity,
  held: HeldExtensions | null,
): readonly string[] {
  const own = extension === null ? [] : [extension];
  return [...new Set([...own, ...(held?.of(userId) ?? [])])];
}
