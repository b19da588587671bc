import type { CallEvent } from './call-event.js';
import { joinEffects, withEffect, type EffectMark, type EffectName } from './effect-marks.js';
import type { CallFacts } from './facts/call-facts.js';
import { withEventsOf } from './call-meta.js';
import { callWith, type CallWithFacts } from './call-with-facts.js';
import type { Call } from '../call.entity.js';
import { merge } from './facts/merge.js';
import { project } from './facts/projection.js';

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
 * order; an id less than 0 is that of a call which was opened in the same unit of work and is gone again.
 */
export interface ReferenceMove {
  from: number;
  to: number;
  readonly unnamedAt?: Date;
}

/** Where an event was recorded: the row it belongs to, also when rows become one or part after it. */
export interface EventAssignment {
  readonly event: CallEvent;
  callId: number;
}

/**
 * The calls that one transaction works on, under its locks: as they stood in the database, what became of them since, and
 * what has to be written. Rules work on the unit of work alone, so that they are plain functions and cost no round trips.
 */
export class CallUnitOfWork {
  /** Misses that turned out to be of another call than it seemed. */
  readonly movedMisses: MovedMiss[] = [];
  readonly referenceMoves: ReferenceMove[] = [];
  readonly assignments: EventAssignment[] = [];
  private createdCount = 0;

  private readonly calls = new Set<CallWithFacts>();
  /** By the PBX's id, and by the caller's number. */
  private readonly byExternalId = new Map<string, CallWithFacts>();
  private readonly byCaller = new Map<string, Set<CallWithFacts>>();
  private readonly created = new Set<CallWithFacts>();
  private readonly changed = new Set<CallWithFacts>();
  private readonly removed: number[] = [];
  /** Calls of which nothing is to follow any more. */
  private readonly historical = new Set<CallWithFacts>();

  constructor(
    readonly provider: string,
    readonly now: Date,
    loaded: readonly CallWithFacts[],
  ) {
    for (const call of loaded) this.index(call);
  }

  /** Calls that stand in the database and were loaded late; those that are in the unit of work already stay as they are. */
  addLoaded(loaded: readonly CallWithFacts[]): void {
    const known = new Set([...[...this.calls].map(({ id }) => id), ...this.removed]);
    for (const call of loaded) if (!known.has(call.id)) this.index(call);
  }

  all(): Iterable<CallWithFacts> {
    return this.calls;
  }

  find(matches: (call: CallWithFacts) => boolean): CallWithFacts | null {
    for (const call of this.calls) if (matches(call)) return call;
    return null;
  }

  /** The call with this id of the PBX. */
  findByExternalId(externalCallId: string): CallWithFacts | null {
    return this.byExternalId.get(externalCallId) ?? null;
  }

  /** All calls of one caller, in no order. */
  callsOfCaller(number: string): Iterable<CallWithFacts> {
    return this.byCaller.get(number) ?? [];
  }

  /** Calls of one caller that began in a span of time, oldest first. */
  callsOfCallerBetween(number: string, from: Date, to: Date): CallWithFacts[] {
    const found: CallWithFacts[] = [];
    for (const call of this.callsOfCaller(number)) {
      const { startedAt } = call;
      if (startedAt !== null && startedAt >= from && startedAt <= to) found.push(call);
    }
    return found.sort((a, b) => Number(a.startedAt) - Number(b.startedAt) || a.id - b.id);
  }

  /** A row for a call that has none yet. Its id is less than 0 until it is given one: see {@link assignIds}. */
  create(call: NewCall, facts: CallFacts): CallWithFacts {
    this.createdCount += 1;
    const own = {
      id: -this.createdCount,
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
    this.index(opened);
    this.created.add(opened);
    this.changed.add(opened);
    return opened;
  }

  /** How many calls wait for an id. */
  get withoutId(): number {
    return this.createdWithoutId().length;
  }

  /** Gives the calls that were opened their ids. */
  assignIds(ids: readonly number[]): void {
    this.createdWithoutId().forEach((call, index) => {
      const id = ids[index];
      if (id === undefined) throw new Error('There are fewer ids than new calls');
      this.renumber(call.id, id);
      call.id = id;
    });
  }

  /** The PBX's id of a call has become known. */
  setExternalId(call: CallWithFacts, externalCallId: string): void {
    if (call.externalCallId !== null) this.byExternalId.delete(call.externalCallId);
    call.externalCallId = externalCallId;
    this.byExternalId.set(externalCallId, call);
  }

  /** Merges facts into a call; its columns follow. */
  mergeFacts(call: CallWithFacts, facts: CallFacts): void {
    this.replaceFacts(call, merge(call.facts, facts));
  }

  /** Gives a call other facts; its columns follow. */
  replaceFacts(call: CallWithFacts, facts: CallFacts): void {
    const { customerNumberE164: former } = call;
    call.facts = facts;
    Object.assign(call, project(facts));
    if (call.customerNumberE164 !== former) {
      if (former !== null) this.byCaller.get(former)?.delete(call);
      this.indexCaller(call);
    }
    this.markChanged(call);
  }

  markChanged(call: CallWithFacts): void {
    this.changed.add(call);
  }

  markEffect(call: CallWithFacts, effect: EffectName, mark: EffectMark): void {
    call.effects = withEffect(call.effects, effect, mark);
    this.markChanged(call);
  }

  /** What becomes of this call is history: whatever is found out of it, nobody is to be told. */
  markHistorical(call: CallWithFacts): void {
    this.historical.add(call);
  }

  isHistorical(call: CallWithFacts): boolean {
    return this.historical.has(call);
  }

  /** The moves that were not taken yet. */
  takeReferenceMoves(): ReferenceMove[] {
    return this.referenceMoves.splice(0);
  }

  /** Notes which row an event is recorded on: what the PBX reports of is news. */
  assignEvent(event: CallEvent, call: CallWithFacts): EventAssignment {
    this.historical.delete(call);
    const assignment = { event, callId: call.id };
    this.assignments.push(assignment);
    return assignment;
  }

  /** Two rows turned out to be one call: everything known of `absorbed` moves to `call`, and its row goes. */
  absorb(call: CallWithFacts, absorbed: CallWithFacts): void {
    this.addMovedMiss(absorbed, call);
    call.effects = joinEffects(call.effects, absorbed.effects);
    call.meta = withEventsOf(call.meta, absorbed.meta);
    call.taskId ??= absorbed.taskId;
    call.crmCallId ??= absorbed.crmCallId;
    call.customerId ??= absorbed.customerId;
    this.mergeFacts(call, absorbed.facts);
    this.moveReferences({ from: absorbed.id, to: call.id });
    this.remove(absorbed);
  }

  addMovedMiss(from: Call, to: Call): void {
    const taskId = from.effects.missedTask?.taskId ?? null;
    if (taskId !== null) {
      this.movedMisses.push({ taskId, from, to, noted: to.effects.missedTask?.taskId === taskId });
    }
  }

  moveReferences(move: ReferenceMove): void {
    // A call that was opened in this unit of work has no receipts in the database but those that were moved to it.
    if (move.from > 0 || this.referenceMoves.some(({ to }) => to === move.from))
      this.referenceMoves.push(move);
    for (const assignment of this.assignments) {
      const { event, callId } = assignment;
      const meant =
        move.unnamedAt === undefined ||
        (event.externalCallId === null && Number(event.occurredAt) === Number(move.unnamedAt));
      if (callId === move.from && meant) assignment.callId = move.to;
    }
  }

  /** Calls that look different now, in the order in which they first did. */
  changedCalls(): CallWithFacts[] {
    return [...this.changed];
  }

  /** Rows that stand in the database and must not any more. */
  removedIds(): readonly number[] {
    return this.removed;
  }

  private createdWithoutId(): CallWithFacts[] {
    return [...this.created].filter(({ id }) => id < 0);
  }

  private index(call: CallWithFacts): void {
    this.calls.add(call);
    if (call.externalCallId !== null) this.byExternalId.set(call.externalCallId, call);
    this.indexCaller(call);
  }

  private indexCaller(call: CallWithFacts): void {
    const { customerNumberE164: number } = call;
    if (number === null) return;
    const calls = this.byCaller.get(number);
    if (calls === undefined) this.byCaller.set(number, new Set([call]));
    else calls.add(call);
  }

  private remove(call: CallWithFacts): void {
    this.calls.delete(call);
    const { externalCallId, customerNumberE164: number } = call;
    if (externalCallId !== null && this.byExternalId.get(externalCallId) === call)
      this.byExternalId.delete(externalCallId);
    if (number !== null) this.byCaller.get(number)?.delete(call);
    this.changed.delete(call);
    if (!this.created.delete(call)) this.removed.push(call.id);
  }

  private renumber(from: number, to: number): void {
    for (const assignment of this.assignments) if (assignment.callId === from) assignment.callId = to;
    for (const move of this.referenceMoves) {
      if (move.from === from) move.from = to;
      if (move.to === from) move.to = to;
    }
  }
}
