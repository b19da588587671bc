import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { afterCommit } from '../../../database/transaction.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import type { Assignment } from './assignment.js';
import type { Extension } from './extension.entity.js';
import { ExtensionRepository, type ExtensionWithMembers } from './extension.repository.js';
import { extensionKey } from './timeline/extension-timeline.js';

export type Outcome = 'created' | 'changed' | 'unchanged';

/** The only writer of extensions. Every method runs in the transaction of the given manager, after {@link lock}. */
@Injectable()
export class ExtensionChanges {
  constructor(
    private readonly extensions: ExtensionRepository,
    private readonly feed: ChangeFeed,
  ) {}

  /** Changes follow each other, also those of other instances, and are announced when they are committed. */
  async lock(manager: EntityManager): Promise<void> {
    await manager.withRepository(this.extensions).lock();
    afterCommit(manager, () => this.feed.announce({ extensions: true }));
  }

  /**
   * @param by the CRM's id of who assigns it; null: the configuration, which does not say since when, so that it also holds
   * for events of before
   */
  async assign(manager: EntityManager, assignment: Assignment, by: number | null): Promise<Outcome> {
    const extensions = manager.withRepository(this.extensions);
    const found = await extensions.findWithMembers(extensionKey(assignment.extension));
    const next = await this.nextOf(extensions, found, assignment, by);
    const hasOtherHolders = found === null || !hasSameHolders(found, next);
    if (!hasOtherHolders && hasSameSettings(found, next)) return 'unchanged';
    const now = await extensions.now();
    if (next.isPrimary && next.userId !== null) await this.demote(extensions, next);
    await extensions.store({ ...next, assignedAt: hasOtherHolders ? now : next.assignedAt });
    if (hasOtherHolders) await extensions.startPeriod(next.extension, now, next, by === null);
    if (found !== null) await this.promote(extensions, found);
    return found === null ? 'created' : 'changed';
  }

  /** @returns false: there is no such extension */
  async remove(manager: EntityManager, extension: string): Promise<boolean> {
    const extensions = manager.withRepository(this.extensions);
    const found = await extensions.findWithMembers(extensionKey(extension));
    if (found === null) return false;
    await extensions.removeWithMembers(found.extension);
    await extensions.startPeriod(found.extension, await extensions.now(), null);
    await this.promote(extensions, found);
    return true;
  }

  private async nextOf(
    extensions: ExtensionRepository,
    found: ExtensionWithMembers | null,
    assignment: Assignment,
    by: number | null,
  ): Promise<ExtensionWithMembers> {
    const { kind, userId, label, claimable, isPrimary } = assignment;
    const isSameHolder = found !== null && found.userId === userId;
    return {
      extension: extensionKey(assignment.extension),
      kind,
      userId,
      memberUsers: [...new Set(assignment.memberUsers)].sort((a, b) => a - b),
      memberExtensions: [...new Set(assignment.memberExtensions.map(extensionKey))].sort(),
      label: label === undefined ? (found?.label ?? null) : label,
      claimable: claimable ?? found?.claimable ?? false,
      isPrimary:
        userId !== null &&
        (isPrimary ??
          (isSameHolder ? found.isPrimary : !(await extensions.existsBy({ userId, isPrimary: true })))),
      assignedBy: isSameHolder && found.kind === kind ? found.assignedBy : by,
      assignedAt: found?.assignedAt ?? new Date(0),
    };
  }

  /** A user has one primary extension. */
  private async demote(extensions: ExtensionRepository, { userId }: Extension): Promise<void> {
    if (userId !== null) await extensions.update({ userId, isPrimary: true }, { isPrimary: false });
  }

  /** Whoever loses the primary one gets another one that he holds. */
  private async promote(extensions: ExtensionRepository, former: Extension): Promise<void> {
    const { userId, isPrimary } = former;
    if (userId === null || !isPrimary) return;
    const held = await extensions.find({ where: { userId }, order: { extension: 'ASC' } });
    const [first] = held;
    if (first === undefined || held.some((other) => other.isPrimary || other.extension === former.extension))
      return;
    await extensions.update({ extension: first.extension }, { isPrimary: true });
  }
}

/** Also the kind decides who holds an extension: see `extension-timeline.ts`. */
function hasSameHolders(a: ExtensionWithMembers, b: ExtensionWithMembers): boolean {
  const holders = ({ kind, userId, memberUsers, memberExtensions }: ExtensionWithMembers): string =>
    JSON.stringify([kind, userId, memberUsers.toSorted((x, y) => x - y), memberExtensions.toSorted()]);
  return holders(a) === holders(b);
}

function hasSameSettings(a: Extension, b: Extension): boolean {
  return a.label === b.label && a.claimable === b.claimable && a.isPrimary === b.isPrimary;
}
