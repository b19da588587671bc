import { Logger } from '@nestjs/common';
import { type DatabaseOutage, isOutage } from '../database/database-outage.js';

/** Runs work periodically. Runs never overlap: the interval begins when the previous run has ended. */
export class PeriodicJob {
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  /**
   * @param seconds pause between the end of a run and the start of the next one
   * @param run may throw: the error is logged, and the next run follows as usual. Its signal is aborted by `stop`
   * @param outage is told of each run whether the database answered: it logs that instead of each error
   */
  constructor(
    name: string,
    private readonly seconds: number,
    private readonly run: (signal: AbortSignal) => Promise<unknown>,
    private readonly outage: DatabaseOutage,
  ) {
    this.logger = new Logger(name);
  }

  start(): void {
    this.schedule();
  }

  /** Aborts the signal and waits for the current run. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.running = this.runOnce();
    }, this.seconds * 1000);
    // The timer alone must not keep the process running.
    this.timer.unref();
  }

  private async runOnce(): Promise<void> {
    try {
      await this.run(this.stopping.signal);
      this.outage.answered();
    } catch (error) {
      if (isOutage(error)) this.outage.failed(error);
      else this.logger.error('The run failed; the next one follows as scheduled', error);
    }
    this.schedule();
  }
}
