import type { ExtensionKind } from '../extension.entity.js';

/** What is known of an extension at the time of an event. */
export interface ExtensionAt {
  /** A voicemail, a menu or a queue: a machine answers. */
  readonly unattended: boolean;
  /** Groups and queues that have it as a member, sorted. */
  readonly groups: readonly string[];
  /** Who held it; null: nobody. */
  readonly userId: number | null;
  /** The users of a group or queue, sorted. */
  readonly members: readonly number[];
}

/** A row of the history. Times in milliseconds; `to` is Infinity while it holds. */
export interface Period {
  readonly extension: string;
  readonly kind: ExtensionKind;
  readonly userId: number | null;
  readonly memberUsers: readonly number[];
  readonly memberExtensions: readonly string[];
  /** Groups and queues that have the holder as a member. */
  readonly groupsOfHolder: readonly string[];
  readonly from: number;
  readonly to: number;
}

const NOTHING: ExtensionAt = { unattended: false, groups: [], userId: null, members: [] };

/** Extensions are compared in lower case: a PBX may write the name of a machine in any. */
export function extensionKey(extension: string): string {
  return extension.toLowerCase();
}

/** The history of some extensions: what each was at any time, and who held it. */
export class ExtensionTimeline {
  private readonly periods = new Map<string, Period[]>();

  /** @param groups the groups and queues that have the extension itself as a member, by extension */
  constructor(
    periods: readonly Period[],
    private readonly groups: ReadonlyMap<string, readonly string[]>,
  ) {
    for (const period of periods) {
      this.periods.set(period.extension, [...(this.periods.get(period.extension) ?? []), period]);
    }
  }

  of(extension: string, at: Date): ExtensionAt {
    const key = extensionKey(extension);
    const own = this.groups.get(key) ?? [];
    const period = this.periodAt(key, at);
    if (period === undefined) return own.length === 0 ? NOTHING : { ...NOTHING, groups: [...own].sort() };
    const { kind, userId, memberUsers, memberExtensions, groupsOfHolder } = period;
    const holders = memberExtensions.map((member) => this.periodAt(member, at)?.userId ?? null);
    const members = new Set([...memberUsers, ...holders.filter((holder) => holder !== null)]);
    return {
      unattended: kind === 'unattended' || kind === 'queue',
      groups: [...new Set([...own, ...groupsOfHolder])].sort(),
      userId,
      members: [...members].sort((a, b) => a - b),
    };
  }

  /** Of two that were written within a millisecond the later one. */
  private periodAt(key: string, at: Date): Period | undefined {
    const time = at.getTime();
    return this.periods.get(key)?.findLast(({ from, to }) => from <= time && time < to);
  }
}

export const EMPTY_TIMELINE = new ExtensionTimeline([], new Map());
