import {
  ExtensionTimeline,
  type Period,
} from '../../src/modules/agents/extensions/timeline/extension-timeline.js';

/** A user who holds an extension, from a second after the epoch until another; without them always. */
export interface Holding {
  readonly extension: string;
  readonly userId: number;
  readonly from?: Date;
  readonly to?: Date;
}

/** @param groups such as `600:201|202` */
export function extensionKinds(
  unattended: readonly string[],
  groups: readonly string[],
  holdings: readonly Holding[] = [],
): ExtensionTimeline {
  const always = {
    userId: null,
    memberUsers: [],
    memberExtensions: [],
    groupsOfHolder: [],
    from: -Infinity,
    to: Infinity,
  };
  const members = new Map(
    groups.map((group) => [group.split(':')[0] ?? '', (group.split(':')[1] ?? '').split('|')]),
  );
  const groupsOf = new Map<string, string[]>();
  for (const [group, extensions] of members) {
    for (const extension of extensions) groupsOf.set(extension, [...(groupsOf.get(extension) ?? []), group]);
  }
  const periods: Period[] = [
    ...unattended.map((name) => ({ ...always, extension: name.toLowerCase(), kind: 'unattended' as const })),
    ...[...members].map(([extension, memberExtensions]) => ({
      ...always,
      extension,
      kind: 'group' as const,
      memberExtensions,
    })),
    ...holdings.map(({ extension, userId, from, to }) => ({
      ...always,
      extension,
      kind: 'agent' as const,
      userId,
      from: from?.getTime() ?? -Infinity,
      to: to?.getTime() ?? Infinity,
    })),
  ];
  return new ExtensionTimeline(periods, groupsOf);
}
