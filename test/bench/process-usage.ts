import { readFile } from 'node:fs/promises';

/** Ticks of `/proc/PID/stat` in a second: of Linux on every machine it runs Node on. */
const TICKS_PER_SECOND = 100;

/** How often the memory of a process under load is looked at, in milliseconds. */
const SAMPLE_MS = 100;

/** CPU a process has used, in seconds, of a line of `/proc/PID/stat` (proc(5): utime and stime, fields 14 and 15). */
export function cpuSecondsIn(stat: string): number {
  // The name of the program stands in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in MiB, of `/proc/PID/status`. */
export function residentMibIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1]) / 1024;
}

/** NaN where there is no `/proc`. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  return cpuSecondsIn(await contentOf(`/proc/${pid}/stat`));
}

async function contentOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Looks at the resident memory of a process until it is stopped. */
export class MemorySampler {
  private readonly samples: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.timer = setInterval(() => {
      void contentOf(`/proc/${pid}/status`).then((status) => this.samples.push(residentMibIn(status)));
    }, SAMPLE_MS);
  }

  /** @returns in MiB, oldest first */
  stop(): readonly number[] {
    clearInterval(this.timer);
    return this.samples.filter((sample) => !Number.isNaN(sample));
  }
}
