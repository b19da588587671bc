import { setTimeout as delay } from 'node:timers/promises';

/** Lets requests pass at random moments, as calls come: on average so many in a second, sometimes several at once. */
export class Pace {
  /** @param next time before the first request, in milliseconds of `performance.now()` */
  constructor(
    private readonly perSecond: number,
    private next: number,
  ) {}

  /** Resolves when it is the caller's turn. */
  async turn(): Promise<void> {
    // The gaps of a Poisson process.
    this.next += (-Math.log(1 - Math.random()) / this.perSecond) * 1_000;
    const wait = this.next - performance.now();
    if (wait > 0) await delay(wait);
  }
}
