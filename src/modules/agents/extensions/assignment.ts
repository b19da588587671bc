import type { ErrorDetail } from '../../../common/errors/domain-error.js';
import type { ExtensionKind } from './extension.entity.js';
import type { NestedMember } from './extension.repository.js';

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

/** A line of a list: what it leaves out stays as it is. */
export type PartialAssignment = Pick<Assignment, 'extension'> & Partial<Assignment>;

/** @param stored what is assigned now; undefined: nothing is known of the extension */
export function completeAssignment(given: PartialAssignment, stored: Assignment | undefined): Assignment {
  const kind = given.kind ?? stored?.kind ?? 'agent';
  const kept =
    stored !== undefined && canHaveMembers(kind) === canHaveMembers(stored.kind) ? stored : undefined;
  return {
    ...given,
    kind,
    userId: given.userId !== undefined ? given.userId : kind === 'agent' ? (kept?.userId ?? null) : null,
    memberUsers: given.memberUsers ?? kept?.memberUsers ?? [],
    memberExtensions: given.memberExtensions ?? kept?.memberExtensions ?? [],
  };
}

function canHaveMembers(kind: ExtensionKind): boolean {
  return kind === 'group' || kind === 'queue';
}

/** What contradicts itself in an assignment, whatever is stored; null: nothing. */
export function assignmentProblem(assignment: Assignment): ErrorDetail | null {
  const { extension, kind, userId, memberUsers, memberExtensions, isPrimary, claimable } = assignment;
  const hasMembers = memberUsers.length + memberExtensions.length > 0;
  const isGroup = canHaveMembers(kind);
  if (kind !== 'agent' && userId !== null) {
    return {
      field: 'userId',
      problem: `userId is for an extension of an agent, not of kind ${kind}`,
      rule: 'unsuitable',
    };
  }
  if (isGroup && !hasMembers) {
    return {
      field: 'members',
      problem: `members are required for a ${kind}: at least one`,
      rule: 'required',
    };
  }
  if (!isGroup && hasMembers) {
    return {
      field: 'members',
      problem: `members are for a group or a queue, not for kind ${kind}`,
      rule: 'unsuitable',
    };
  }
  if (memberExtensions.some((member) => member.toLowerCase() === extension.toLowerCase())) {
    return {
      field: 'memberExtensions',
      problem: 'memberExtensions must not name the extension itself',
      rule: 'unsuitable',
    };
  }
  if (isPrimary === true && userId === null) {
    return {
      field: 'isPrimary',
      problem: 'isPrimary is for an extension that a user holds',
      rule: 'unsuitable',
    };
  }
  if (claimable === true && kind !== 'agent') {
    return { field: 'claimable', problem: 'claimable is for an extension of an agent', rule: 'unsuitable' };
  }
  return null;
}

/** Members of a group that are groups would ring nobody: only agents hold extensions. @param extension that was assigned */
export function nestingProblem(extension: string, { group, member, kind }: NestedMember): ErrorDetail {
  return extension === group
    ? {
        field: 'memberExtensions',
        problem: `${member} is of kind ${kind}: members must be extensions of agents`,
        rule: 'unsuitable',
      }
    : {
        field: 'kind',
        problem: `${member} is a member of ${group}, and must be of kind agent: take it out of ${group} first`,
        rule: 'unsuitable',
      };
}
