import { setImmediate as afterAnswers, setTimeout as pause } from 'node:timers/promises';

/** Pause after a batch, in milliseconds, and as much more for each thing that it took. */
const REST_MS = 15;
const REST_EACH_MS = 4;

/** Longest pause after a batch, in milliseconds. */
const LONGEST_REST_MS = 1_000;

/**
 * Runs batches of what gathers, one at a time: after a time without any it waits for nothing. After each batch follows a
 * pause that grows with it: under load the intake goes before, and of several changes of a call only the last is pushed.
 */
export class NaturalBatches {
  private current: Promise<void> | null = null;
  private isWoken = false;
  /** When the pause after the last batch ends. */
  private restUntil = 0;
  private readonly stopping = new AbortController();

  /**
   * @param run takes a batch of what has gathered, never fails, wakes this if something is left, and says how many it took
   * @param restOf the pause after a batch of so many, in milliseconds
   */
  constructor(
    private readonly run: () => Promise<number>,
    private readonly restOf = restThatGrows,
  ) {}

  /** Something has gathered. */
  wake(): void {
    if (this.stopping.signal.aborted) return;
    this.isWoken = true;
    this.current ??= this.drain();
  }

  /** Waits for the batch under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.current;
  }

  private async drain(): Promise<void> {
    // Whoever caused the change is answered first.
    await afterAnswers();
    while (this.isWoken) {
      await this.rest();
      if (this.stopping.signal.aborted) break;
      this.isWoken = false;
      const taken = await this.run();
      this.restUntil = performance.now() + this.restOf(taken);
    }
    this.current = null;
  }

  private async rest(): Promise<void> {
    const ms = this.restUntil - performance.now();
    if (ms > 0)
      await pause(ms, undefined, { ref: false, signal: this.stopping.signal }).catch(() => undefined);
  }
}

function restThatGrows(taken: number): number {
  return Math.min(REST_MS + taken * REST_EACH_MS, LONGEST_REST_MS);
}
