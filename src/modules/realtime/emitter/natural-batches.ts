import { setImmediate as afterAnswers, setTimeout as pause } from 'node:timers/promises';

/** Pause between two batches, in milliseconds, and as much more for each thing that the first one took. */
const REST_MS = 20;
const REST_EACH_MS = 1;

/** Longest pause between two batches, in milliseconds. */
const LONGEST_REST_MS = 250;

/**
 * Runs batches of what gathers, one at a time: alone it waits for nothing. What comes during a batch waits for a pause,
 * which grows with the batch: under load the intake goes before, and of several changes of a call only the last is pushed.
 */
export class NaturalBatches {
  private current: Promise<void> | null = null;
  private isWoken = false;
  private isStopped = false;

  /** @param run takes a batch of what has gathered, never fails, wakes this if something is left, and says how many it took */
  constructor(private readonly run: () => Promise<number>) {}

  /** Something has gathered. */
  wake(): void {
    if (this.isStopped) return;
    this.isWoken = true;
    this.current ??= this.drain();
  }

  /** Waits for the batch under way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.current;
  }

  private async drain(): Promise<void> {
    // Whoever caused the change is answered first.
    await afterAnswers();
    for (;;) {
      this.isWoken = false;
      const taken = await this.run();
      if (this.isStopped || !this.isWoken) break;
      await pause(Math.min(REST_MS + taken * REST_EACH_MS, LONGEST_REST_MS));
    }
    this.current = null;
  }
}
