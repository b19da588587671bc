import type { CustomerMatch } from '../../crm/customers/customers.service.js';
import type { CallEvent } from './call-event.js';
import { joinEffects, withEffect, type EffectMark, type EffectName } from './call-effects.js';
import type { CallFacts } from './call-facts.js';
import { withEventsOf } from './call-meta.js';
import { callWith, type CallWithFacts } from './call-with-facts.js';
import type { Call } from './call.entity.js';
import { merge } from './merge.js';
import { project } from './projection.js';

/** What a new call is opened with, before anything else is known of it. */
export type NewCall = Pick<Call, 'externalCallId' | 'crmCallId' | 'customerId' | 'meta' | 'effects'> & {
  readonly agentUserId?: number;
  readonly taskId?: number | null;
};

/** The task of a miss is another call's now: what its notes say of the one is true of the other. */
export interface MovedMiss {
  readonly taskId: number;
  readonly from: Call;
  readonly to: Call;
  /** The other call stands in the notes already. */
  readonly noted: boolean;
}

/**
 * Receipts that belong to another row now: all of a call, or those of one moment that named no call. Carried out in their
 * order; an id less than 0 is that of a call which was opened in the same book and is gone again.
 */
export interface ReceiptMove {
  from: number;
  to: number;
  readonly unnamedAt?: Date;
}

/** Where an event was recorded: the row it belongs to, also when rows become one or part after it. */
export interface Placement {
  readonly event: CallEvent;
  callId: number;
}

/**
 * The calls that one transaction works on, under its locks: as they stood in the database, what became of them since, and
 * what has to be written. Rules work on the book alone, so that they are plain functions and cost no round trips.
 */
export class CallBook {
  /** Misses that turned out to be of another call than it seemed. */
  readonly movedMisses: MovedMiss[] = [];
  readonly receiptMoves: ReceiptMove[] = [];
  readonly placements: Placement[] = [];
  private openings = 0;
  /** Whose a number is, of those that were looked up; null: nobody's. */
  private readonly customers = new Map<string, CustomerMatch | null>();

  private readonly calls = new Set<CallWithFacts>();
  /** By the PBX's id, and by the caller's number. */
  private readonly named = new Map<string, CallWithFacts>();
  private readonly callers = new Map<string, Set<CallWithFacts>>();
  private readonly loadedNumbers = new Map<CallWithFacts, string | null>();
  private readonly opened = new Set<CallWithFacts>();
  private readonly changed = new Set<CallWithFacts>();
  private readonly removed: number[] = [];
  /** Calls of which nothing is to follow any more. */
  private readonly history = new Set<CallWithFacts>();

  constructor(
    readonly provider: string,
    readonly now: Date,
    loaded: readonly CallWithFacts[],
  ) {
    for (const call of loaded) {
      this.enter(call);
      this.loadedNumbers.set(call, call.customerNumberE164);
    }
  }

  /** Calls that stand in the database and were loaded late; those that are in the book already stay as they are. */
  add(loaded: readonly CallWithFacts[]): void {
    const known = new Set([...[...this.calls].map(({ id }) => id), ...this.removed]);
    for (const call of loaded) if (!known.has(call.id)) this.enter(call);
  }

  /** These numbers were looked up in the CRM, and these customers have them. */
  recognise(numbers: Iterable<string>, customers: ReadonlyMap<string, CustomerMatch>): void {
    for (const number of numbers) this.customers.set(number, customers.get(number) ?? null);
  }

  /** undefined: it was not looked up whose number this is. */
  customerOf(number: string): CustomerMatch | null | undefined {
    return this.customers.get(number);
  }

  all(): Iterable<CallWithFacts> {
    return this.calls;
  }

  find(matches: (call: CallWithFacts) => boolean): CallWithFacts | null {
    for (const call of this.calls) if (matches(call)) return call;
    return null;
  }

  /** The call with this id of the PBX. */
  findNamed(externalCallId: string): CallWithFacts | null {
    return this.named.get(externalCallId) ?? null;
  }

  /** All calls of one caller, in no order. */
  allOfCaller(number: string): Iterable<CallWithFacts> {
    return this.callers.get(number) ?? [];
  }

  /** Calls of one caller that began in a span of time, oldest first. */
  ofCaller(number: string, from: Date, to: Date): CallWithFacts[] {
    const found: CallWithFacts[] = [];
    for (const call of this.allOfCaller(number)) {
      const { startedAt } = call;
      if (startedAt !== null && startedAt >= from && startedAt <= to) found.push(call);
    }
    return found.sort((a, b) => Number(a.startedAt) - Number(b.startedAt) || a.id - b.id);
  }

  /** A row for a call that has none yet. Its id is less than 0 until it is given one: see {@link number}. */
  open(call: NewCall, facts: CallFacts): CallWithFacts {
    this.openings += 1;
    const own = {
      id: -this.openings,
      provider: this.provider,
      externalCallId: call.externalCallId,
      crmCallId: call.crmCallId,
      taskId: call.taskId ?? null,
      agentUserId: call.agentUserId ?? null,
      customerId: call.customerId,
      effects: call.effects,
      meta: call.meta,
      version: 0,
      createdAt: this.now,
      updatedAt: this.now,
      hangupRequestedAt: null,
      transferRequestedAt: null,
    };
    const opened = callWith(own, facts, project(facts));
    this.enter(opened);
    this.opened.add(opened);
    this.changed.add(opened);
    return opened;
  }

  /** How many calls wait for an id. */
  get unnumbered(): number {
    return this.callsWithoutId().length;
  }

  /** Gives the calls that were opened their ids. */
  number(ids: readonly number[]): void {
    this.callsWithoutId().forEach((call, index) => {
      const id = ids[index];
      if (id === undefined) throw new Error('There are fewer ids than new calls');
      this.follow(call.id, id);
      call.id = id;
    });
  }

  /** The PBX's id of a call has become known. */
  name(call: CallWithFacts, externalCallId: string): void {
    if (call.externalCallId !== null) this.named.delete(call.externalCallId);
    call.externalCallId = externalCallId;
    this.named.set(externalCallId, call);
  }

  /** Merges facts into a call; its columns follow. */
  learn(call: CallWithFacts, facts: CallFacts): void {
    this.revise(call, merge(call.facts, facts));
  }

  /** Gives a call other facts; its columns follow. */
  revise(call: CallWithFacts, facts: CallFacts): void {
    const { customerNumberE164: former } = call;
    call.facts = facts;
    Object.assign(call, project(facts));
    if (call.customerNumberE164 !== former) {
      if (former !== null) this.callers.get(former)?.delete(call);
      this.enterCaller(call);
    }
    this.touch(call);
  }

  touch(call: CallWithFacts): void {
    this.changed.add(call);
  }

  mark(call: CallWithFacts, effect: EffectName, mark: EffectMark): void {
    call.effects = withEffect(call.effects, effect, mark);
    this.touch(call);
  }

  /** What becomes of this call is history: whatever is found out of it, nobody is to be told. */
  shelve(call: CallWithFacts): void {
    this.history.add(call);
  }

  isHistory(call: CallWithFacts): boolean {
    return this.history.has(call);
  }

  /** The moves that were not taken yet. */
  takeReceiptMoves(): ReceiptMove[] {
    return this.receiptMoves.splice(0);
  }

  /** Notes which row an event is recorded on: what the PBX reports of is news. */
  place(event: CallEvent, call: CallWithFacts): Placement {
    this.history.delete(call);
    const placement = { event, callId: call.id };
    this.placements.push(placement);
    return placement;
  }

  /** Two rows turned out to be one call: everything known of `absorbed` moves to `call`, and its row goes. */
  absorb(call: CallWithFacts, absorbed: CallWithFacts): void {
    this.noteMovedMiss(absorbed, call);
    call.effects = joinEffects(call.effects, absorbed.effects);
    call.meta = withEventsOf(call.meta, absorbed.meta);
    call.taskId ??= absorbed.taskId;
    call.crmCallId ??= absorbed.crmCallId;
    call.customerId ??= absorbed.customerId;
    this.learn(call, absorbed.facts);
    this.moveReceipts({ from: absorbed.id, to: call.id });
    this.remove(absorbed);
  }

  noteMovedMiss(from: Call, to: Call): void {
    const taskId = from.effects.missedTask?.taskId ?? null;
    if (taskId !== null) {
      this.movedMisses.push({ taskId, from, to, noted: to.effects.missedTask?.taskId === taskId });
    }
  }

  moveReceipts(move: ReceiptMove): void {
    // A call that was opened in this book has no receipts in the database but those that were moved to it.
    if (move.from > 0 || this.receiptMoves.some(({ to }) => to === move.from)) this.receiptMoves.push(move);
    for (const placement of this.placements) {
      const { event, callId } = placement;
      const meant =
        move.unnamedAt === undefined ||
        (event.externalCallId === null && Number(event.occurredAt) === Number(move.unnamedAt));
      if (callId === move.from && meant) placement.callId = move.to;
    }
  }

  /** Calls that look different now, in the order in which they first did. */
  changedCalls(): CallWithFacts[] {
    return [...this.changed];
  }

  /** Whether the caller of a call has become known in this book. */
  isCallerNew(call: CallWithFacts): boolean {
    return call.customerNumberE164 !== (this.loadedNumbers.get(call) ?? null);
  }

  /** Rows that stand in the database and must not any more. */
  removedIds(): readonly number[] {
    return this.removed;
  }

  private callsWithoutId(): CallWithFacts[] {
    return [...this.opened].filter(({ id }) => id < 0);
  }

  private enter(call: CallWithFacts): void {
    this.calls.add(call);
    if (call.externalCallId !== null) this.named.set(call.externalCallId, call);
    this.enterCaller(call);
  }

  private enterCaller(call: CallWithFacts): void {
    const { customerNumberE164: number } = call;
    if (number === null) return;
    const calls = this.callers.get(number);
    if (calls === undefined) this.callers.set(number, new Set([call]));
    else calls.add(call);
  }

  private remove(call: CallWithFacts): void {
    this.calls.delete(call);
    const { externalCallId, customerNumberE164: number } = call;
    if (externalCallId !== null && this.named.get(externalCallId) === call) this.named.delete(externalCallId);
    if (number !== null) this.callers.get(number)?.delete(call);
    this.changed.delete(call);
    if (!this.opened.delete(call)) this.removed.push(call.id);
  }

  private follow(from: number, to: number): void {
    for (const placement of this.placements) if (placement.callId === from) placement.callId = to;
    for (const move of this.receiptMoves) {
      if (move.from === from) move.from = to;
      if (move.to === from) move.to = to;
    }
  }
}
