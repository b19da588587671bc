import { readFileSync } from 'node:fs';
import { hasCode } from './errno.js';

/** Identifies a process even when its pid is used again later. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque start time: differs between processes with the same pid. */
  start: string;
}

/** Start of this process, for systems without /proc. */
const OWN_START = String(performance.timeOrigin);

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, start: kernelStart(process.pid) ?? OWN_START };
}

/** Whether the process is still running. Without /proc, a later process with the same pid is taken for it. */
export function isRunning({ pid, start }: ProcessIdentity): boolean {
  if (!pidExists(pid)) return false;
  const startNow = kernelStart(pid);
  if (startNow !== null) return startNow === start;
  return pid !== process.pid || start === OWN_START;
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return hasCode(error, 'EPERM');
  }
}

/** Start time on Linux, as boot id and clock ticks; 'dead' for a zombie; null without /proc or without the process. */
function kernelStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program name in parentheses may contain any character, so fields count from its end (see proc_pid_stat(5)).
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return 'dead';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[18]}`;
  } catch {
    return null;
  }
}
