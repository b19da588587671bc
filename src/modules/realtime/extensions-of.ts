import type { ExtensionDirectory } from '../agents/extensions/extension-directory.service.js';
import type { AgentIdentity } from '../auth/agent-identity.js';

/** The extension of the token, and those that the user holds. */
export function extensionsOf(
  { userId, extension }: AgentIdentity,
  directory: ExtensionDirectory,
): readonly string[] {
  const own = extension === null ? [] : [extension];
  return [...new Set([...own, ...directory.extensionsOf(userId)])];
}
