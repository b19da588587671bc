import { readFile } from 'node:fs/promises';

/** USER_HZ, the unit of `/proc/PID/stat`: 100 on all Linux platforms that Node supports. */
const TICKS_PER_SECOND = 100;

/** Interval of memory samples. */
const SAMPLE_MS = 100;

/** CPU time in seconds, from the content of `/proc/PID/stat` (proc(5): utime and stime, fields 14 and 15). */
export function cpuSecondsIn(stat: string): number {
  // The program name in parentheses may contain any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in MiB, from the content of `/proc/PID/status`. */
export function residentMibIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1]) / 1024;
}

/** NaN without `/proc`. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  return cpuSecondsIn(await contentOf(`/proc/${pid}/stat`));
}

async function contentOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Samples the resident memory of a process until `stop`. Does not keep the process of the bench alive. */
export class MemorySampler {
  private readonly samples: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.timer = setInterval(() => {
      void contentOf(`/proc/${pid}/status`).then((status) => this.samples.push(residentMibIn(status)));
    }, SAMPLE_MS).unref();
  }

  /** @returns samples in MiB, oldest first */
  stop(): readonly number[] {
    clearInterval(this.timer);
    return this.samples.filter((sample) => !Number.isNaN(sample));
  }
}
