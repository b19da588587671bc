import { setTimeout as pause } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PresenceService } from '../../agents/presence/presence.service.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import { LiveSockets } from '../gateway/live-sockets.js';
import { roomOfUser, SUPERVISORS } from '../rooms.js';
import { inSlices } from './in-slices.js';
import { NaturalBatches } from './natural-batches.js';
import { SupervisorFlood } from './supervisor-flood.service.js';

/** Pause after presence could not be read, in milliseconds. */
const FAILURE_MS = 1_000;

/** Pushes the presence of a user to himself and to the supervisors; after a gap of the feed, that of all to supervisors. */
@Injectable()
export class PresencePusher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PresencePusher.name);
  private readonly batches = new NaturalBatches(() => this.pushSome());
  private readonly changed = new Set<number>();
  private readonly unsubscribes: (() => void)[] = [];
  private isAllDue = false;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly sockets: LiveSockets,
    private readonly presence: PresenceService,
    private readonly flood: SupervisorFlood,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribes.push(
      this.feed.onChange(({ presence = [] }) => this.add(presence)),
      this.feed.onGap(() => this.addAll()),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const unsubscribe of this.unsubscribes) unsubscribe();
    await this.batches.stop();
  }

  private add(userIds: readonly number[]): void {
    const heard = userIds.filter((userId) => this.sockets.isJoined([SUPERVISORS, roomOfUser(userId)]));
    if (heard.length === 0) return;
    for (const userId of heard) this.changed.add(userId);
    this.batches.wake();
  }

  private addAll(): void {
    if (!this.sockets.isJoined([SUPERVISORS])) return;
    this.isAllDue = true;
    this.batches.wake();
  }

  private async pushSome(): Promise<number> {
    const isAllDue = this.isAllDue;
    const userIds = [...this.changed];
    this.isAllDue = false;
    this.changed.clear();
    try {
      const all = isAllDue ? (await this.presence.getAll(null)).items.map(({ userId }) => userId) : [];
      const supervisors = isAllDue ? [SUPERVISORS] : this.flood.roomsTold(userIds.length);
      await inSlices(await this.presence.read([...new Set([...userIds, ...all])]), (presence) =>
        this.sockets.emit([roomOfUser(presence.userId), ...supervisors], 'agent_presence', presence),
      );
    } catch (error) {
      this.logger.warn(`Presence could not be pushed, it is tried again: ${String(error)}`);
      for (const userId of userIds) this.changed.add(userId);
      this.isAllDue ||= isAllDue;
      await pause(FAILURE_MS, undefined, { ref: false });
    }
    if (this.isAllDue || this.changed.size > 0) this.batches.wake();
    return userIds.length;
  }
}
