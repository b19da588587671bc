import { setImmediate as afterAnswers, setTimeout as pause } from 'node:timers/promises';

/** Longest pause between two batches, in milliseconds. */
const LONGEST_REST_MS = 50;

/**
 * Runs batches of what gathers, one at a time: alone it waits for nothing, and under load batches grow. After each it
 * rests as long as that took, so that it takes at most half of the time from the intake.
 */
export class NaturalBatches {
  private current: Promise<void> | null = null;
  private isWoken = false;
  private isStopped = false;

  /** @param run takes a batch of what has gathered, and never fails; false: nothing is left */
  constructor(private readonly run: () => Promise<boolean>) {}

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
      const started = performance.now();
      this.isWoken = false;
      const isMoreLeft = await this.run();
      if (this.isStopped || !(isMoreLeft || this.isWoken)) break;
      await pause(Math.min(performance.now() - started, LONGEST_REST_MS));
    }
    this.current = null;
  }
}
