/** Counts what was refused since the last webhook that was accepted, by a closed set of reasons. */
export class RefusalTally {
  private readonly counts = new Map<string, number>();

  add(reason: string): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }

  /** A webhook was accepted. */
  clear(): void {
    if (this.counts.size > 0) this.counts.clear();
  }

  read(): ReadonlyMap<string, number> {
    return this.counts;
  }
}
