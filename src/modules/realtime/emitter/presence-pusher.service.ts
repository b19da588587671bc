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
import { NaturalBatches } from './natural-batches.js';

/** Pushes the presence of a user to himself and to the supervisors. */
@Injectable()
export class PresencePusher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PresencePusher.name);
  private readonly batches = new NaturalBatches(() => this.pushSome());
  private readonly changed = new Set<number>();
  private unsubscribe: (() => void) | null = null;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly sockets: LiveSockets,
    private readonly presence: PresenceService,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.feed.onChange(({ presence = [] }) => this.add(presence));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    await this.batches.stop();
  }

  private add(userIds: readonly number[]): void {
    const heard = userIds.filter((userId) => this.sockets.isJoined([SUPERVISORS, roomOfUser(userId)]));
    if (heard.length === 0) return;
    for (const userId of heard) this.changed.add(userId);
    this.batches.wake();
  }

  private async pushSome(): Promise<number> {
    const userIds = [...this.changed];
    this.changed.clear();
    try {
      for (const presence of await this.presence.read(userIds)) {
        const rooms = [roomOfUser(presence.userId), SUPERVISORS];
        this.sockets.emit(rooms, 'agent_presence', presence);
      }
    } catch (error) {
      this.logger.warn(`Presence could not be pushed: ${String(error)}`);
    }
    return userIds.length;
  }
}
