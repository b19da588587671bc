import { readFileSync } from 'node:fs';
import { hasCode } from './errno.js';

/** A process, told from any later one that is given the same pid. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque: differs between processes of one pid. */
  start: string;
}

/** Where the kernel does not tell when a process started, this much is known of our own. */
const OWN_START = String(performance.timeOrigin);

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, start: kernelStart(process.pid) ?? OWN_START };
}

/** Whether that very process lives. Where /proc does not tell, a later process of another's pid passes for it. */
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
    // EPERM: it is somebody else's.
    return hasCode(error, 'EPERM');
  }
}

/** On Linux when the process started, as ticks of this boot of the machine; 'dead' while it is unburied; else null. */
function kernelStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it, in parentheses, may hold anything: fields are counted from its end (see proc_pid_stat(5)).
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return 'dead';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[18]}`;
  } catch {
    return null;
  }
}
