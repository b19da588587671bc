import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import type { AgentPresenceMessage } from '../../../client/wire.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { afterCommit, inTransaction } from '../../../database/transaction.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import type { Extension } from '../extensions/extension.entity.js';
import { ExtensionDirectory } from '../extensions/extension-directory.service.js';
import type { AgentStatus } from './agent-presence.entity.js';
import { type PresenceNow, PresenceRepository, type PresenceSource } from './presence.repository.js';

export interface ListedPresence extends PresenceNow {
  /** The primary one; null: the user has none. */
  readonly extension: string | null;
}

/** An extension that can be rung. */
export interface DirectoryEntry extends Pick<Extension, 'extension' | 'kind' | 'label' | 'userId'> {
  /** Of who holds it; null: nobody does, or nothing is known of him. */
  readonly status: AgentStatus | null;
  readonly since: Date | null;
}

/** Who is there. Shown is offline without a sign for 60 s, else on_call during an answered call, else what the user set. */
@Injectable()
export class PresenceService {
  /** Users who gave a sign lately: of others a call changes nothing. */
  private readonly present = new Set<number>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly presence: PresenceRepository,
    private readonly directory: ExtensionDirectory,
    private readonly feed: ChangeFeed,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Sets the status of a user, which is a sign of him too. Calls do not change it; `on_call` changes nothing.
   * @returns when it was set
   */
  async set(userId: number, status: AgentStatus, reason: string | null): Promise<Date> {
    this.present.add(userId);
    return inTransaction(this.dataSource, async (manager) => {
      const presence = manager.withRepository(this.presence);
      const setAt = await presence.setManual(userId, status, reason);
      await presence.settle([userId], this.config.businessTimeZone, 'api');
      // Also when what is shown stays as it was: its reason may be another.
      afterCommit(manager, () => this.feed.announce({ presence: [userId] }));
      return setAt;
    });
  }

  /** These users have given a sign: a request, or an open socket. To be called at most once in 20 s for all sockets. */
  async seen(userIds: readonly number[]): Promise<void> {
    if (userIds.length === 0) return;
    for (const userId of userIds) this.present.add(userId);
    await this.settling('sign', async (presence) => {
      await presence.markSeen(userIds);
      return userIds;
    });
  }

  /** Shows what is so now of these users, after a change of their calls. */
  async settle(userIds: readonly number[]): Promise<void> {
    const present = userIds.filter((userId) => this.present.has(userId));
    if (present.length > 0) await this.settling(null, async () => present);
  }

  /** Shows what is so now of all users, above all who gave no sign any more. Nothing if another instance does. */
  async settleAll(): Promise<void> {
    await this.refreshPresent();
    await inTransaction(this.dataSource, async (manager) => {
      const presence = manager.withRepository(this.presence);
      if (!(await presence.lockSettling())) return;
      const changed = await presence.settleAll(this.config.businessTimeZone);
      if (changed.length > 0) afterCommit(manager, () => this.feed.announce({ presence: changed }));
    });
  }

  /** Of a user who asks, which is a sign of him. */
  async getOwn(userId: number): Promise<PresenceNow> {
    await this.seen([userId]);
    const [own] = await this.presence.findNow([userId]);
    if (own === undefined) throw new Error(`The presence of user ${userId} was not written`);
    return own;
  }

  /**
   * All users of whom something is known, in the order of their ids.
   * @param teamId only those of this team of the CRM, if its table of users can be read
   */
  async getAll(teamId: number | null): Promise<{ items: ListedPresence[]; isOfTeam: boolean }> {
    const all = await this.presence.findAllNow();
    const items = all.map((now) => ({ ...now, extension: this.directory.primaryOf(now.userId) }));
    if (teamId === null || !(await this.presence.hasTeams())) return { items, isOfTeam: false };
    const ofTeam = await this.presence.ofTeam(
      teamId,
      items.map(({ userId }) => userId),
    );
    return { items: items.filter(({ userId }) => ofTeam.has(userId)), isOfTeam: true };
  }

  /** Extensions of agents, groups and queues, in their order, with the status of who holds them. */
  async getDirectory(): Promise<DirectoryEntry[]> {
    const statuses = new Map((await this.presence.findAllNow()).map((now) => [now.userId, now]));
    return this.directory.listed().map(({ extension, kind, label, userId }) => {
      const now = userId === null ? undefined : statuses.get(userId);
      return { extension, kind, label, userId, status: now?.status ?? null, since: now?.since ?? null };
    });
  }

  /** What is told of these users; without those of whom nothing is known. */
  async read(userIds: readonly number[]): Promise<AgentPresenceMessage[]> {
    return (await this.presence.findNow(userIds)).map(({ userId, status, reason, since, callId }) => ({
      v: 1,
      userId,
      status,
      reason,
      since: since.toISOString(),
      extension: this.directory.primaryOf(userId),
      callId,
    }));
  }

  /** Users may have given their signs to other instances. Who gives one meanwhile stays. */
  private async refreshPresent(): Promise<void> {
    const before = [...this.present];
    const present = new Set(await this.presence.findPresent());
    for (const userId of before) if (!present.has(userId)) this.present.delete(userId);
    for (const userId of present) this.present.add(userId);
  }

  private async settling(
    source: PresenceSource | null,
    prepare: (presence: PresenceRepository) => Promise<readonly number[]>,
  ): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const presence = manager.withRepository(this.presence);
      const userIds = await prepare(presence);
      const changed = await presence.settle(userIds, this.config.businessTimeZone, source);
      if (changed.length > 0) afterCommit(manager, () => this.feed.announce({ presence: changed }));
    });
  }
}
