import type { LiveCall } from './wire.js';

/** Ended calls that are shown; of others only the version is kept. */
const SHOWN_ENDED = 20;
/** Versions of ended and gone calls that are kept, so that a late message does not bring them back. */
const KEPT_VERSIONS = 1000;

/** A moment between two changes, as `LiveCalls.mark()` gives it. */
export type Mark = number;

export interface CallsView {
  /** Calls that are not over, the newest first. */
  readonly calls: readonly LiveCall[];
  /** Calls that are over, the last to change first; at most 20. */
  readonly ended: readonly LiveCall[];
}

interface Entry {
  readonly version: number;
  /** null: the user may not see the call any more, or it was merged into another. */
  readonly call: LiveCall | null;
  readonly touched: Mark;
}

/** Whether a call is not over. */
export function isOpen({ status }: Pick<LiveCall, 'status'>): boolean {
  return status !== 'completed' && status !== 'failed';
}

/**
 * The calls that a client knows. Of two states of one call the higher version holds, so messages may come in any order,
 * be repeated or be lost: the next snapshot gives the state of the server again.
 */
export class LiveCalls {
  private readonly entries = new Map<number, Entry>();
  private now: Mark = 0;
  private view: CallsView | null = null;

  /** To be taken before the server is asked: what changes later is newer than its answer. */
  mark(): Mark {
    return this.now;
  }

  find(id: number): LiveCall | null {
    return this.entries.get(id)?.call ?? null;
  }

  /** The same objects until something changes. */
  current(): CallsView {
    this.view ??= this.arrange();
    return this.view;
  }

  /** Applies a message. Returns false when only a read by id can tell whether the call is still the user's. */
  apply(call: LiveCall): boolean {
    const known = this.entries.get(call.id);
    if (known === undefined || call.version > known.version) this.write(call.id, call.version, call);
    else if (known.call === null) return call.version < known.version;
    else this.touch(call.id, known);
    return true;
  }

  /** Applies the message that a call is gone. */
  remove(id: number): void {
    this.write(id, this.entries.get(id)?.version ?? 0, null);
  }

  /**
   * Applies a snapshot.
   *
   * @param asked mark from before it was asked for
   * @returns ids on which snapshot and messages differ: to be read by id
   */
  applySnapshot(calls: readonly LiveCall[], asked: Mark): number[] {
    const doubtful: number[] = [];
    for (const call of calls) {
      const known = this.entries.get(call.id);
      if (known?.call === null && known.touched > asked) doubtful.push(call.id);
      else if (known === undefined || known.call === null || call.version > known.version) {
        this.write(call.id, call.version, call);
      }
    }
    const listed = new Set(calls.map(({ id }) => id));
    for (const [id, { call, touched }] of this.entries) {
      if (call !== null && isOpen(call) && touched <= asked && !listed.has(id)) doubtful.push(id);
    }
    return doubtful;
  }

  /**
   * Applies what a read by id answered.
   *
   * @param call null: there is no such call, or the user may not see it
   * @param asked mark from before it was asked for
   */
  settle(id: number, call: LiveCall | null, asked: Mark): void {
    const known = this.entries.get(id);
    const isNewer = known !== undefined && known.touched > asked;
    if (call === null || call.id !== id) {
      if (!isNewer) this.remove(id);
    } else if (known === undefined || call.version > known.version || (known.call === null && !isNewer)) {
      this.write(id, call.version, call);
    }
  }

  private write(id: number, version: number, call: LiveCall | null): void {
    this.touch(id, { version, call });
    this.view = null;
    this.forgetOldest();
  }

  /** Moves the entry to the end: entries are in the order in which they were touched. */
  private touch(id: number, { version, call }: Omit<Entry, 'touched'>): void {
    this.entries.delete(id);
    this.entries.set(id, { version, call, touched: ++this.now });
  }

  private forgetOldest(): void {
    if (this.entries.size <= KEPT_VERSIONS) return;
    const over = [...this.entries].filter(([, { call }]) => call === null || !isOpen(call));
    for (const [id] of over.slice(0, Math.max(0, over.length - KEPT_VERSIONS))) this.entries.delete(id);
  }

  private arrange(): CallsView {
    const known = [...this.entries.values()].flatMap(({ call }) => call ?? []);
    return {
      calls: known.filter(isOpen).sort((a, b) => b.id - a.id),
      ended: known
        .filter((call) => !isOpen(call))
        .slice(-SHOWN_ENDED)
        .reverse(),
    };
  }
}
