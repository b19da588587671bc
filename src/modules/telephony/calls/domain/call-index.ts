import type { CallWithFacts } from './call-with-facts.js';

/** The calls of a unit of work, by their id of the PBX and by their caller. */
export class CallIndex {
  private readonly calls = new Set<CallWithFacts>();
  private readonly byExternalId = new Map<string, Set<CallWithFacts>>();
  private readonly byCaller = new Map<string, Set<CallWithFacts>>();

  all(): Iterable<CallWithFacts> {
    return this.calls;
  }

  has(call: CallWithFacts): boolean {
    return this.calls.has(call);
  }

  add(call: CallWithFacts): void {
    this.calls.add(call);
    this.addExternalId(call);
    this.addCaller(call);
  }

  delete(call: CallWithFacts): void {
    this.calls.delete(call);
    if (call.externalCallId !== null) this.byExternalId.get(call.externalCallId)?.delete(call);
    if (call.customerNumberE164 !== null) this.byCaller.get(call.customerNumberE164)?.delete(call);
  }

  /** The calls that had this id of the PBX, in the order in which the rows got it. */
  withExternalId(externalCallId: string): CallWithFacts[] {
    const calls = this.byExternalId.get(externalCallId) ?? [];
    return [...calls].sort((a, b) => a.externalIdOccurrence - b.externalIdOccurrence);
  }

  /** An id of the PBX may come again for another call: its rows are numbered. */
  nextOccurrence(externalCallId: string | null): number {
    const last = externalCallId === null ? undefined : this.withExternalId(externalCallId).at(-1);
    return last === undefined ? 0 : last.externalIdOccurrence + 1;
  }

  setExternalId(call: CallWithFacts, externalCallId: string): void {
    if (call.externalCallId !== null) this.byExternalId.get(call.externalCallId)?.delete(call);
    call.externalIdOccurrence = this.nextOccurrence(externalCallId);
    call.externalCallId = externalCallId;
    this.addExternalId(call);
  }

  /** All calls of one caller, unordered. @param number E.164 */
  ofCaller(number: string): Iterable<CallWithFacts> {
    return this.byCaller.get(number) ?? [];
  }

  /** Calls of one caller that started between two times, both included, oldest first. */
  ofCallerBetween(number: string, from: Date, to: Date): CallWithFacts[] {
    const found: CallWithFacts[] = [];
    for (const call of this.ofCaller(number)) {
      const { startedAt } = call;
      if (startedAt !== null && startedAt >= from && startedAt <= to) found.push(call);
    }
    return found.sort((a, b) => Number(a.startedAt) - Number(b.startedAt) || a.id - b.id);
  }

  changeCaller(call: CallWithFacts, former: string | null): void {
    if (former !== null) this.byCaller.get(former)?.delete(call);
    this.addCaller(call);
  }

  private addExternalId(call: CallWithFacts): void {
    if (call.externalCallId !== null) addTo(this.byExternalId, call.externalCallId, call);
  }

  private addCaller(call: CallWithFacts): void {
    if (call.customerNumberE164 !== null) addTo(this.byCaller, call.customerNumberE164, call);
  }
}

function addTo(index: Map<string, Set<CallWithFacts>>, key: string, call: CallWithFacts): void {
  const calls = index.get(key);
  if (calls === undefined) index.set(key, new Set([call]));
  else calls.add(call);
}
