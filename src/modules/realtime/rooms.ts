import type { AgentIdentity } from '../auth/agent-identity.js';
import type { CallAudience } from '../telephony/calls/domain/call-access.js';

/** The room of those who may see every call. */
export const SUPERVISORS = 'supervisors';

export function roomOfUser(userId: number): string {
  return `user:${userId}`;
}

/** The rooms that the sockets of an agent join. That of an extension only if the token names it. */
export function roomsOfAgent({ userId, role, extension }: AgentIdentity): string[] {
  return [
    roomOfUser(userId),
    ...(extension === null ? [] : [roomOfExtension(extension)]),
    ...(role === 'supervisor' ? [SUPERVISORS] : []),
  ];
}

/** Without that of the supervisors. */
export function roomsOfAudience({ users, extensions }: CallAudience): string[] {
  return [...users.map(roomOfUser), ...extensions.map(roomOfExtension)];
}

function roomOfExtension(extension: string): string {
  return `ext:${extension}`;
}
