import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { LiveSockets } from '../gateway/live-sockets.js';
import { SUPERVISORS } from '../rooms.js';
import { NaturalBatches } from './natural-batches.js';

/** Most changes of one batch of which supervisors are told one by one. Batches are larger from 220 changes a second on. */
const MOST_TOLD = 60;

/** Pause between two requests to fetch the open calls, in milliseconds. What a browser shows is at most that old, and 2 s. */
const REST_MS = 3_000;

const WHY = 'More changes than can be shown one by one';

/**
 * Supervisors see all calls. When more change than anybody can follow, such as after an outage of the PBX, their browsers
 * are told now and then to fetch what is open, instead of each change: telling them would slow down the intake.
 */
@Injectable()
export class SupervisorFlood implements BeforeApplicationShutdown {
  private readonly resyncs = new NaturalBatches(
    () => this.resync(),
    () => REST_MS,
  );

  constructor(private readonly sockets: LiveSockets) {}

  /** The rooms of supervisors that are told of each change in a batch of this size: none if it is too large. */
  roomsTold(batchSize: number): readonly string[] {
    if (batchSize <= MOST_TOLD) return [SUPERVISORS];
    this.resyncs.wake();
    return [];
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.resyncs.stop();
  }

  private resync(): Promise<number> {
    this.sockets.emit([SUPERVISORS], 'resync', { v: 1, why: WHY });
    return Promise.resolve(1);
  }
}
