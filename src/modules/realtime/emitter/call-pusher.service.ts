import { setTimeout as pause } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { isOutage } from '../../../database/database-outage.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import type { ChangedCall } from '../../change-feed/change.js';
import { RealtimeMetrics } from '../../metrics/realtime-metrics.js';
import { audienceOf, joinAudiences } from '../../telephony/calls/domain/call-access.js';
import { isOver } from '../../telephony/calls/domain/call-vocabulary.js';
import { LiveSockets } from '../gateway/live-sockets.js';
import {
  LiveCallRepository,
  type CallState,
  type LiveRow,
  type RingingRow,
} from '../live/live-call.repository.js';
import { toLiveCall } from '../live-call.js';
import { roomsOfAudience, SUPERVISORS } from '../rooms.js';
import { CallGathering, type GatheredCall } from './call-gathering.js';
import { inSlices } from './in-slices.js';
import { IncomingCalls } from './incoming-calls.service.js';
import { NaturalBatches } from './natural-batches.js';
import { type PushedCall, PushedCalls } from './pushed-calls.js';
import { ringsAt } from './rings-at.js';
import { SupervisorFlood } from './supervisor-flood.service.js';

/** Most rows that one statement reads. */
const MOST_READ = 2_000;

/** Calls that are remembered; an instance has far fewer open ones. */
const MOST_REMEMBERED = 20_000;

/** Pause after the database did not answer. */
const OUTAGE_MS = 1_000;

/** Pushes each changed call to those who may see it, as it is when it is read: never earlier, perhaps later, than changed. */
@Injectable()
export class CallPusher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CallPusher.name);
  private readonly gathering = new CallGathering();
  private readonly batches = new NaturalBatches(() => this.pushSome());
  private readonly pushed = new PushedCalls(MOST_REMEMBERED);
  private unsubscribe: (() => void) | null = null;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly calls: LiveCallRepository,
    private readonly sockets: LiveSockets,
    private readonly incomingCalls: IncomingCalls,
    private readonly flood: SupervisorFlood,
    private readonly metrics: RealtimeMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.feed.onChange(({ calls = [] }) => this.add(calls));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe?.();
    await this.batches.stop();
  }

  /** Calls of whom no socket of this instance hears are skipped. */
  add(changes: readonly ChangedCall[]): void {
    const now = performance.now();
    for (const change of changes) if (this.isHeard(change)) this.gathering.add(change, now);
    if (this.gathering.size > 0) this.batches.wake();
  }

  /** What was pushed of a call last. */
  lastPushed(id: number): PushedCall | undefined {
    return this.pushed.get(id);
  }

  /** Calls that were open when they were pushed last. */
  openIds(): number[] {
    return this.pushed.openIds();
  }

  /** Whether a socket of this instance hears of the call, or did. */
  isHeard({ id, users, extensions }: ChangedCall): boolean {
    const former = this.pushed.get(id)?.audience;
    const audience = { users, extensions };
    const rooms = roomsOfAudience(former ? joinAudiences(former, audience) : audience);
    return this.sockets.isJoined([SUPERVISORS, ...rooms]);
  }

  /** Remembers a version that no socket of this instance has to be told. */
  remember(state: CallState): void {
    this.pushed.set(state.id, this.toPushed(state, [], this.pushed.get(state.id)?.rang));
  }

  /** The row is gone, and no socket of this instance has to be told. */
  forget(id: number): void {
    this.pushed.delete(id);
  }

  /**
   * A snapshot shows these calls to a client. What becomes of them is compared, also of those that this instance has not
   * heard of: their end may be announced to nobody.
   */
  shown(calls: readonly LiveRow[]): void {
    for (const row of calls) {
      if (this.pushed.get(row.id) !== undefined) continue;
      this.pushed.set(row.id, {
        version: 0,
        isOver: false,
        audience: audienceOf(row),
        ringing: [],
        rang: [],
      });
    }
  }

  /** Reads and pushes one batch. */
  private async pushSome(): Promise<number> {
    const changes = this.gathering.take(MOST_READ);
    try {
      const rows = await this.calls.findRows(changes.map(({ id }) => id));
      const supervisors = this.flood.roomsTold(changes.length);
      await inSlices(changes, (change) => this.pushOne(change, rows.get(change.id), supervisors));
    } catch (error) {
      await this.recover(changes, error);
    }
    if (this.gathering.size > 0) this.batches.wake();
    return changes.length;
  }

  /** A call that cannot be pushed keeps no other one from being pushed. */
  private pushOne(change: GatheredCall, found: RingingRow | undefined, supervisors: readonly string[]): void {
    try {
      if (found === undefined) this.pushGone(change, supervisors);
      else this.push(change, found, supervisors);
      this.metrics.pushDelay((performance.now() - change.since) / 1000);
    } catch (error) {
      this.logger.error(`The change of call ${change.id} could not be pushed`, error);
    }
  }

  private push(change: GatheredCall, { row, reports }: RingingRow, supervisors: readonly string[]): void {
    const former = this.pushed.get(row.id);
    if (former !== undefined && former.version >= row.version) return;
    const call = toLiveCall(row);
    const rooms = roomsOfAudience(audienceOf(row));
    this.sockets.emit([...rooms, ...supervisors], 'call_updated', { v: 1, call });
    const lost = roomsOfAudience(former ? joinAudiences(former.audience, change) : change).filter(
      (room) => !rooms.includes(room),
    );
    this.sockets.emit(lost, 'call_gone', { v: 1, id: row.id, into: null }, [...rooms, SUPERVISORS]);
    const rung = former?.rang ?? [];
    const ringing = roomsOfAudience(ringsAt(row, reports));
    const due = ringing.filter((room) => !rung.includes(room));
    this.pushed.set(row.id, this.toPushed(row, ringing, [...rung, ...due]));
    if (!this.sockets.isJoined(due)) return;
    const ringingNow = (): readonly string[] => this.pushed.get(row.id)?.ringing ?? [];
    this.incomingCalls.add({ call, rooms: due, ringing: ringingNow, except: rung });
  }

  private pushGone({ id, users, extensions, removed }: GatheredCall, supervisors: readonly string[]): void {
    const former = this.pushed.get(id);
    const audience = joinAudiences(former?.audience ?? { users: [], extensions: [] }, { users, extensions });
    const rooms = [...roomsOfAudience(audience), ...supervisors];
    this.sockets.emit(rooms, 'call_gone', { v: 1, id, into: removed?.into ?? null });
    this.pushed.delete(id);
  }

  private toPushed(state: CallState, ringing: readonly string[], rang: readonly string[] = []): PushedCall {
    const isNowOver = isOver(state.status);
    return {
      version: state.version,
      isOver: isNowOver,
      audience: audienceOf(state),
      ringing,
      rang: isNowOver ? [] : rang,
    };
  }

  /** What the database did not give is read later; what cannot be read is left out. */
  private async recover(changes: readonly GatheredCall[], error: unknown): Promise<void> {
    if (!isOutage(error)) {
      this.logger.error('Changed calls could not be read', error);
      return;
    }
    for (const change of changes) this.gathering.add(change, change.since);
    await pause(OUTAGE_MS, undefined, { ref: false });
  }
}
