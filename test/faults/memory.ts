import { readFile } from 'node:fs/promises';

const INTERVAL_MS = 200;

/** How much memory a process holds, from now on until it is ended. Linux alone tells. */
export class MemoryWatch {
  /** MiB, one each 200 ms. */
  private readonly seen: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => void this.look(), INTERVAL_MS);
  }

  /** @returns the most it held, in MiB: in the first half of the time, and in all of it */
  end(): { readonly firstHalf: number; readonly most: number } {
    clearInterval(this.timer);
    if (this.seen.length === 0)
      throw new Error('How much memory a process holds is read from /proc, which is not there');
    const half = this.seen.slice(0, Math.ceil(this.seen.length / 2));
    return { firstHalf: Math.max(...half), most: Math.max(...this.seen) };
  }

  private async look(): Promise<void> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1];
    if (kilobytes !== undefined) this.seen.push(Math.round(Number(kilobytes) / 1024));
  }
}
