import { Logger } from '@nestjs/common';

/** Work that is done again and again, one run after the other: the next begins so long after the last has ended. */
export class PeriodicJob {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private readonly end = new AbortController();

  /**
   * @param run may throw: it is logged, and tried again at the next time. It is given a signal that says when to come to an
   * end
   */
  constructor(
    name: string,
    private readonly seconds: number,
    private readonly run: (signal: AbortSignal) => Promise<unknown>,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.wait();
  }

  /** Waits for the run that is under way. */
  async stop(): Promise<void> {
    this.end.abort();
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
  }

  private wait(): void {
    if (this.end.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.running = this.runOnce();
    }, this.seconds * 1000);
    // A process that has nothing else to do may end.
    this.timer.unref();
  }

  private async runOnce(): Promise<void> {
    try {
      await this.run(this.end.signal);
    } catch (error) {
      this.logger.error('It failed, and is tried again at the next time', error);
    }
    this.wait();
  }
}
