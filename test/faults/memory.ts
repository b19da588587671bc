import { readFile } from 'node:fs/promises';

const INTERVAL_MS = 200;

/** Samples the resident memory of a process until `end`. Only on Linux. */
export class MemoryWatch {
  /** Samples in MiB. */
  private readonly samples: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => void this.sample(), INTERVAL_MS);
  }

  /** @returns the maximum in MiB: of the first half of the samples, and of all of them */
  end(): { readonly firstHalf: number; readonly most: number } {
    clearInterval(this.timer);
    if (this.samples.length === 0)
      throw new Error('How much memory a process holds is read from /proc, which is not there');
    const half = this.samples.slice(0, Math.ceil(this.samples.length / 2));
    return { firstHalf: Math.max(...half), most: Math.max(...this.samples) };
  }

  private async sample(): Promise<void> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8').catch(() => '');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1];
    if (kilobytes !== undefined) this.samples.push(Math.round(Number(kilobytes) / 1024));
  }
}
