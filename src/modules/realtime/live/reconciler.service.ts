import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { outageOf } from '../../../database/database-outage.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import type { ChangedCall } from '../../change-feed/change.js';
import { RealtimeMetrics } from '../../metrics/realtime-metrics.js';
import { audienceOf } from '../../telephony/calls/domain/call-access.js';
import { isOver } from '../../telephony/calls/domain/call-vocabulary.js';
import { CallPusher } from '../emitter/call-pusher.service.js';
import { LiveSockets } from '../gateway/live-sockets.js';
import { LiveCallRepository, type CallState } from './live-call.repository.js';

/** How often it is due, in seconds, while the feed is down; then every run compares. */
const INTERVAL_SECONDS = 1;

/** Milliseconds between two comparisons while the feed works. */
const REST_MS = 5_000;

/** Most open calls that are compared, the newest first. */
const MOST_OPEN = 10_000;

/** The latest calls, open or over: more than begin between two comparisons. */
const NEWEST = 500;

/**
 * Heals what the feed has lost: compares the versions of calls with those that were pushed last, and has pushed what
 * differs. What a socket sees is wrong for some seconds at most, whatever is lost.
 */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PeriodicJob;
  private comparedAt = -REST_MS;
  /** The highest id at the comparison before; null: there was no socket then. */
  private highestId: number | null = null;
  private readonly unsubscribes: (() => void)[] = [];

  constructor(
    private readonly feed: ChangeFeed,
    private readonly calls: LiveCallRepository,
    private readonly pusher: CallPusher,
    private readonly sockets: LiveSockets,
    private readonly metrics: RealtimeMetrics,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    const outage = outageOf(calls.manager.dataSource);
    this.job = new PeriodicJob(Reconciler.name, INTERVAL_SECONDS, () => this.runIfDue(), outage);
  }

  onApplicationBootstrap(): void {
    this.unsubscribes.push(
      this.feed.onGap((why) => this.resync(why)),
      this.sockets.onJoin(() => this.compareSoon()),
    );
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    for (const unsubscribe of this.unsubscribes) unsubscribe();
    return this.job.stop();
  }

  /** Compares at once, and has pushed what differs. Without sockets it does nothing. */
  async reconcile(): Promise<void> {
    this.comparedAt = performance.now();
    if (this.sockets.count === 0) {
      this.highestId = null;
      return;
    }
    const open = await this.calls.findOpenStates(MOST_OPEN);
    const newest = await this.calls.findNewestStates(NEWEST);
    const states = new Map([...open, ...newest].map((state) => [state.id, state]));
    const differing = [...states.values()].filter((state) => this.differs(state)).map(changeOf);
    const missed = differing.filter(({ id }) => this.isKnown(id));
    const vanished = this.vanishedFrom(states);
    this.highestId = newest[0]?.id ?? this.highestId;
    this.metrics.reconciled(missed.length);
    this.pusher.add([...differing, ...vanished]);
  }

  private async runIfDue(): Promise<void> {
    const isDue = !this.feed.isUp || performance.now() - this.comparedAt >= REST_MS;
    if (isDue) await this.reconcile();
  }

  /** Announcements may be lost: the clients fetch the snapshot, and whoever does not is pushed what differs. */
  private resync(why: string): void {
    this.sockets.emitToAll('resync', { v: 1, why });
    this.compareSoon();
  }

  /** A client that has joined fetches the snapshot. The job compares within a second, and logs its failures. */
  private compareSoon(): void {
    this.comparedAt = -REST_MS;
  }

  /** Remembers what nobody here has to be told. */
  private differs(state: CallState): boolean {
    const last = this.pusher.lastPushed(state.id);
    if (last !== undefined && last.version >= state.version) return false;
    const isHeard = this.pusher.isHeard(changeOf(state));
    if (isHeard && (last !== undefined || !isOver(state.status) || this.isNew(state.id))) return true;
    this.pusher.remember(state);
    return false;
  }

  /** Open calls that are over for long, or gone. Forgets those of whom nobody here has to be told. */
  private vanishedFrom(states: ReadonlyMap<number, CallState>): ChangedCall[] {
    const vanished = this.pusher
      .openIds()
      .filter((id) => !states.has(id))
      .map((id): ChangedCall => ({ id, users: [], extensions: [] }));
    return vanished.filter((change) => {
      const isHeard = this.pusher.isHeard(change);
      if (!isHeard) this.pusher.forget(change.id);
      return isHeard;
    });
  }

  /** Whether a version of it was pushed, or need not be: another one has changed without an announcement. */
  private isKnown(id: number): boolean {
    return (this.pusher.lastPushed(id)?.version ?? 0) > 0;
  }

  private isNew(id: number): boolean {
    return this.highestId !== null && id > this.highestId;
  }
}

function changeOf(state: CallState): ChangedCall {
  return { id: state.id, ...audienceOf(state) };
}
