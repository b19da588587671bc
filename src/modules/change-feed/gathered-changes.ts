import type { Change, ChangedCall } from './change.js';

/** Changes that wait to be told, merged by id. */
export class GatheredChanges {
  private readonly calls = new Map<number, ChangedCall>();
  private readonly tasks = new Set<number>();
  private readonly presence = new Set<number>();
  private extensions = false;
  private revocations = false;

  /** How many ids wait. */
  get size(): number {
    return this.calls.size + this.tasks.size + this.presence.size;
  }

  get isEmpty(): boolean {
    return this.size === 0 && !this.extensions && !this.revocations;
  }

  add({ calls = [], tasks = [], presence = [], extensions, revocations }: Change): void {
    for (const call of calls) {
      const older = this.calls.get(call.id);
      this.calls.set(call.id, older === undefined ? call : mergeCalls(older, call));
    }
    for (const id of tasks) this.tasks.add(id);
    for (const id of presence) this.presence.add(id);
    this.extensions ||= extensions === true;
    this.revocations ||= revocations === true;
  }

  /** Returns what waits, and waits for nothing any more. */
  take(): Change {
    const change: Change = {
      ...(this.calls.size > 0 && { calls: [...this.calls.values()] }),
      ...(this.tasks.size > 0 && { tasks: [...this.tasks] }),
      ...(this.presence.size > 0 && { presence: [...this.presence] }),
      ...(this.extensions && { extensions: true }),
      ...(this.revocations && { revocations: true }),
    };
    this.dropIds();
    this.extensions = false;
    this.revocations = false;
    return change;
  }

  /** Forgets the ids. That extensions or revocations changed takes no memory, and still waits. */
  dropIds(): void {
    this.calls.clear();
    this.tasks.clear();
    this.presence.clear();
  }
}

/** Both changes in one. Ids are merged, so that the order of the two matters only where a call was removed twice. */
export function mergeChanges(older: Change, newer: Change): Change {
  const gathered = new GatheredChanges();
  gathered.add(older);
  gathered.add(newer);
  return gathered.take();
}

/** A row that is gone never comes back, because ids are not used again. */
function mergeCalls(older: ChangedCall, newer: ChangedCall): ChangedCall {
  const removed = newer.removed ?? older.removed;
  return {
    id: newer.id,
    users: union(older.users, newer.users),
    extensions: union(older.extensions, newer.extensions),
    ...(removed !== undefined && { removed }),
  };
}

function union<T>(some: readonly T[], others: readonly T[]): T[] {
  return [...new Set([...some, ...others])];
}
