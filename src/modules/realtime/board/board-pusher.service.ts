import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { BoardMessage } from '../../../client/wire.js';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { Clock } from '../../../common/time/clock.js';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { outageOf } from '../../../database/database-outage.js';
import { LiveSockets } from '../gateway/live-sockets.js';
import { SUPERVISORS } from '../rooms.js';
import { BoardRepository } from './board.repository.js';

const INTERVAL_SECONDS = 1;

/** Pushes the figures of the desk to supervisors, once a second at most, when they have changed or somebody has joined. */
@Injectable()
export class BoardPusher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PeriodicJob;
  /** What was pushed last, without its time; null: it has to be pushed in any case. */
  private last: string | null = null;
  private unsubscribe: () => void = () => {};

  constructor(
    private readonly board: BoardRepository,
    private readonly sockets: LiveSockets,
    private readonly clock: Clock,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    const outage = outageOf(board.manager.dataSource);
    this.job = new PeriodicJob(BoardPusher.name, INTERVAL_SECONDS, () => this.push(), outage);
  }

  onApplicationBootstrap(): void {
    this.unsubscribe = this.sockets.onJoin(() => (this.last = null));
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe();
    return this.job.stop();
  }

  /** Reads nothing while no supervisor is connected. */
  async push(): Promise<void> {
    if (!this.sockets.isJoined([SUPERVISORS])) return;
    const { ringing, longestRingingSince, talking, online, onCall, onBreak } = await this.board.read();
    const figures = {
      ringing,
      longestRingingSince: longestRingingSince?.toISOString() ?? null,
      talking,
      agents: { online, on_call: onCall, break: onBreak },
    } satisfies Omit<BoardMessage, 'v' | 'at'>;
    const text = JSON.stringify(figures);
    if (text === this.last) return;
    this.last = text;
    this.sockets.emit([SUPERVISORS], 'board', { v: 1, at: this.clock.now().toISOString(), ...figures });
  }
}
