import { Logger } from '@nestjs/common';

/** Work that is done again and again, one run after the other: the next begins so long after the last has ended. */
export class PeriodicJob {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  /** @param run may throw: it is logged, and tried again at the next time */
  constructor(
    name: string,
    private readonly seconds: number,
    private readonly run: () => Promise<unknown>,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.wait();
  }

  /** Waits for the run that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
  }

  private wait(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.runOnce();
    }, this.seconds * 1000);
    // A process that has nothing else to do may end.
    this.timer.unref();
  }

  private async runOnce(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      this.logger.error('It failed, and is tried again at the next time', error);
    }
    this.wait();
  }
}
