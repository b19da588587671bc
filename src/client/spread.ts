/** Delays between attempts: 1 s, doubled up to 5 s, each times 0.5 to 1.5, so that clients do not come all at once. */
export class Backoff {
  private attempts = 0;

  constructor(private readonly random: () => number) {}

  nextMs(): number {
    const delay = Math.min(1000 * 2 ** this.attempts, 5000);
    this.attempts = Math.min(this.attempts + 1, 3);
    return delay * (0.5 + this.random());
  }

  reset(): void {
    this.attempts = 0;
  }
}

/** One timer at a time: a later `start` replaces the former one. */
export class Alarm {
  private timer: ReturnType<typeof setTimeout> | null = null;

  start(delayMs: number, run: () => void): void {
    this.stop();
    this.timer = setTimeout(run, delayMs);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
