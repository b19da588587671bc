import type { ExtensionKind } from './extension.entity.js';

/** What an extension shall be. What is left out stays as it is. */
export interface Assignment {
  readonly extension: string;
  readonly kind: ExtensionKind;
  readonly userId: number | null;
  readonly memberUsers: readonly number[];
  readonly memberExtensions: readonly string[];
  readonly label?: string | null | undefined;
  readonly claimable?: boolean | undefined;
  readonly isPrimary?: boolean | undefined;
}

/** What contradicts itself in an assignment, whatever is stored; null: nothing. */
export function assignmentProblem(assignment: Assignment): { field: string; problem: string } | null {
  const { extension, kind, userId, memberUsers, memberExtensions, isPrimary, claimable } = assignment;
  const hasMembers = memberUsers.length + memberExtensions.length > 0;
  const isGroup = kind === 'group' || kind === 'queue';
  if (kind !== 'agent' && userId !== null) {
    return { field: 'userId', problem: `userId is for an extension of an agent, not of kind ${kind}` };
  }
  if (isGroup && !hasMembers) {
    return { field: 'members', problem: `members are required for a ${kind}: at least one` };
  }
  if (!isGroup && hasMembers) {
    return { field: 'members', problem: `members are for a group or a queue, not for kind ${kind}` };
  }
  if (memberExtensions.some((member) => member.toLowerCase() === extension.toLowerCase())) {
    return { field: 'memberExtensions', problem: 'memberExtensions must not name the extension itself' };
  }
  if (isPrimary === true && userId === null) {
    return { field: 'isPrimary', problem: 'isPrimary is for an extension that a user holds' };
  }
  if (claimable === true && kind !== 'agent') {
    return { field: 'claimable', problem: 'claimable is for an extension of an agent' };
  }
  return null;
}
