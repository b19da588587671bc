import {
  EMPTY_TIMELINE,
  type ExtensionTimeline,
} from '../../../agents/extensions/timeline/extension-timeline.js';
import type { CallEvent } from './call-event.js';
import { audienceOf, type CallAudience, joinAudiences } from './call-access.js';
import { mergeEffects, withEffect, type EffectMark, type EffectName } from './effects/effect-marks.js';
import { type CallFacts, type Report, reportsOf } from './facts/call-facts.js';
import { moveEventPayload, withEventsOf } from './call-meta.js';
import type { FormerCaller, MovedMiss, ReferenceMove } from './call-moves.js';
import { CallIndex } from './call-index.js';
import { CallReferences, type EventAssignment } from './call-references.js';
import { assembleCall, type CallWithFacts } from './call-with-facts.js';
import type { ChangedCall } from '../../../change-feed/change.js';
import type { Call } from '../call.entity.js';
import { merge } from './facts/merge.js';
import { project } from './facts/projection.js';
import { type RecordingMove, recordingsOfAbsorbed } from './identity/recording-moves.js';
import { isErased } from './erased-call.js';

/** The columns of a new call that do not follow from its facts. */
export type NewCall = Pick<Call, 'externalCallId' | 'crmCallId' | 'customerId' | 'meta' | 'effects'> & {
  readonly taskId?: number | null;
};

/**
 * The calls that one transaction has locked and loaded, and their changes. The domain functions work on it in memory, so
 * they need no round trips.
 */
export class CallUnitOfWork {
  /** Missed calls on tasks that were reassigned to another call. */
  readonly movedMisses: MovedMiss[] = [];
  private readonly recordingMoves: RecordingMove[] = [];
  private readonly references = new CallReferences();
  private createdCount = 0;

  private readonly calls = new CallIndex();
  private readonly created = new Set<CallWithFacts>();
  /** Calls whose caller's number was set or changed. */
  private readonly newCallers = new Set<CallWithFacts>();
  private readonly reportedNumbers = new Set<string>();
  private readonly formerCallers: FormerCaller[] = [];
  private readonly changed = new Set<CallWithFacts>();
  /** Removed calls, and the calls that they were merged into. */
  private readonly removed = new Map<CallWithFacts, CallWithFacts>();
  /** Who saw a call before its facts were changed here. */
  private readonly formerAudiences = new Map<CallWithFacts, CallAudience>();
  private readonly historical = new Set<CallWithFacts>();

  constructor(
    readonly provider: string,
    readonly now: Date,
    loaded: readonly CallWithFacts[],
    readonly extensions: ExtensionTimeline = EMPTY_TIMELINE,
  ) {
    for (const call of loaded) this.calls.add(call);
  }

  /** The events of this unit of work, each with its call. */
  get assignments(): readonly EventAssignment[] {
    return this.references.assignments;
  }

  get referenceMoves(): readonly ReferenceMove[] {
    return this.references.moves;
  }

  /** Adds calls that were loaded later. Calls that are in the unit of work, or were removed from it, are skipped. */
  addLoaded(loaded: readonly CallWithFacts[]): void {
    const known = new Set([...this.calls.all(), ...this.removedCalls()].map(({ id }) => id));
    for (const call of loaded) if (!known.has(call.id)) this.calls.add(call);
  }

  all(): Iterable<CallWithFacts> {
    return this.calls.all();
  }

  has(call: CallWithFacts): boolean {
    return this.calls.has(call);
  }

  find(matches: (call: CallWithFacts) => boolean): CallWithFacts | null {
    for (const call of this.calls.all()) if (matches(call)) return call;
    return null;
  }

  /** The calls that had this id of the PBX, in the order in which the rows got it. */
  callsWithExternalId(externalCallId: string): CallWithFacts[] {
    return this.calls.withExternalId(externalCallId);
  }

  /** All calls of one caller, unordered. @param number E.164 */
  callsOfCaller(number: string): Iterable<CallWithFacts> {
    return this.calls.ofCaller(number);
  }

  /** Calls of one caller that started between two times, both included, oldest first. */
  callsOfCallerBetween(number: string, from: Date, to: Date): CallWithFacts[] {
    return this.calls.ofCallerBetween(number, from, to);
  }

  /** Creates a call. Its id is less than 0 until {@link assignIds}. */
  create(call: NewCall, facts: CallFacts): CallWithFacts {
    this.createdCount += 1;
    const own = {
      id: -this.createdCount,
      provider: this.provider,
      externalCallId: call.externalCallId,
      externalIdOccurrence: this.calls.nextOccurrence(call.externalCallId),
      crmCallId: call.crmCallId,
      taskId: call.taskId ?? null,
      customerId: call.customerId,
      effects: call.effects,
      meta: call.meta,
      version: 0,
      createdAt: this.now,
      updatedAt: this.now,
      hangupRequestedAt: null,
      transferRequestedAt: null,
    };
    const created = assembleCall(own, facts, project(facts));
    this.calls.add(created);
    this.created.add(created);
    this.newCallers.add(created);
    this.changed.add(created);
    return created;
  }

  /** The number of new calls that have no id yet. */
  get withoutId(): number {
    return this.createdWithoutId().length;
  }

  /** Assigns ids to the new calls. @throws Error when there are fewer ids than {@link withoutId} */
  assignIds(ids: readonly number[]): void {
    this.createdWithoutId().forEach((call, index) => {
      const id = ids[index];
      if (id === undefined) throw new Error('There are fewer ids than new calls');
      this.references.renumber(call.id, id);
      call.id = id;
    });
  }

  setExternalId(call: CallWithFacts, externalCallId: string): void {
    if (call.externalCallId === externalCallId) return;
    this.calls.setExternalId(call, externalCallId);
    this.markChanged(call);
  }

  /** Merges facts into a call and updates its projection. */
  mergeFacts(call: CallWithFacts, facts: CallFacts): void {
    this.replaceFacts(call, merge(call.facts, facts));
  }

  /** Replaces the facts of a call and updates its projection. */
  replaceFacts(call: CallWithFacts, facts: CallFacts): void {
    const { customerNumberE164: previousNumber, startedAt } = call;
    if (!this.formerAudiences.has(call)) this.formerAudiences.set(call, audienceOf(call));
    call.facts = facts;
    Object.assign(call, project(facts));
    if (call.customerNumberE164 !== previousNumber) {
      this.calls.changeCaller(call, previousNumber);
      if (previousNumber !== null) {
        this.formerCallers.push({ number: previousNumber, at: startedAt ?? call.createdAt });
        call.customerId = null;
      }
      this.newCallers.add(call);
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

  /** The changes of a historical call have no effects on tasks, unless an event is assigned to it. */
  markHistorical(call: CallWithFacts): void {
    this.historical.add(call);
  }

  isHistorical(call: CallWithFacts): boolean {
    return this.historical.has(call);
  }

  /** Returns the callers that lost a call to another one since the last call of this method. */
  takeFormerCallers(): FormerCaller[] {
    return this.formerCallers.splice(0);
  }

  /** Returns the moves since the last call of this method. */
  takeReferenceMoves(): ReferenceMove[] {
    return this.references.moves.splice(0);
  }

  /** Returns the moves of recordings since the last call of this method. */
  takeRecordingMoves(): RecordingMove[] {
    return this.recordingMoves.splice(0);
  }

  /** Records the call of an event. A call that the PBX still reports is not historical. */
  assignEvent(event: CallEvent, call: CallWithFacts): EventAssignment {
    this.historical.delete(call);
    const assignment = this.references.assign(event, call);
    const number = event.customer?.e164 ?? null;
    if (number !== null && !assignment.isErased) this.reportedNumbers.add(number);
    return assignment;
  }

  /** Merges `absorbed`, another row of the same call, into `call` and removes it. */
  absorb(call: CallWithFacts, absorbed: CallWithFacts): void {
    const recordings = recordingsOfAbsorbed(call, absorbed);
    if (recordings !== null) this.recordingMoves.push(recordings);
    this.addMovedMiss(absorbed, call);
    call.effects = mergeEffects(call.effects, absorbed.effects);
    call.meta = withEventsOf(call.meta, absorbed.meta);
    call.taskId ??= absorbed.taskId;
    call.crmCallId ??= absorbed.crmCallId;
    call.customerId ??= absorbed.customerId;
    this.mergeFacts(call, absorbed.facts);
    this.moveReferences({ from: absorbed.id, to: call.id });
    this.remove(absorbed, call);
  }

  /** Moves a report, its payload and its receipts from one call to another. */
  moveReport(report: Report, from: CallWithFacts, to: CallWithFacts): void {
    const reports = reportsOf(from.facts).filter((other) => other !== report);
    [from.meta, to.meta] = moveEventPayload(from.meta, to.meta, report);
    this.replaceFacts(from, { ...from.facts, reports });
    this.mergeFacts(to, { reports: [report] });
    if (report.recordingUrl !== undefined) this.recordingMoves.push({ from, to, url: report.recordingUrl });
    const externalCallId = report.unnamed === true ? null : to.externalCallId;
    this.moveReferences({
      from: from.id,
      to: to.id,
      only: { occurredAt: new Date(report.at), externalCallId, report },
    });
  }

  addMovedMiss(from: Call, to: Call): void {
    const taskId = from.effects.missedTask?.taskId ?? null;
    if (taskId !== null) {
      this.movedMisses.push({ taskId, from, to, isOnTask: to.effects.missedTask?.taskId === taskId });
    }
  }

  moveReferences(move: ReferenceMove): void {
    this.references.move(move);
  }

  /** New and changed calls, in the order of their first change. */
  changedCalls(): CallWithFacts[] {
    return [...this.changed];
  }

  /** Whether an event of this unit of work named the caller of a call, or the number of its caller is new here. */
  isCallerReported(call: CallWithFacts): boolean {
    const { customerNumberE164: number } = call;
    return number !== null && (this.newCallers.has(call) || this.reportedNumbers.has(number));
  }

  /** Stored rows that have to be deleted. */
  removedCalls(): readonly CallWithFacts[] {
    return [...this.removed.keys()];
  }

  /** Stored rows that have to be deleted, each with the row that has what was theirs; null: its customer was erased. */
  removals(): { readonly id: number; readonly into: number | null }[] {
    return [...this.removed].map(([{ id }, next]) => {
      let into = next;
      for (let later = this.removed.get(into); later !== undefined; later = this.removed.get(into))
        into = later;
      return { id, into: isErased(into) ? null : into.id };
    });
  }

  /** What is announced after the commit. Called after {@link assignIds}. */
  changes(): ChangedCall[] {
    const removed = [...this.removed].map(([call, into]) => ({
      id: call.id,
      ...this.audienceOfChange(call),
      removed: { into: into.id },
    }));
    return [
      ...this.changedCalls().map((call) => ({ id: call.id, ...this.audienceOfChange(call) })),
      ...removed,
    ];
  }

  private audienceOfChange(call: CallWithFacts): CallAudience {
    const former = this.formerAudiences.get(call);
    const audience = audienceOf(call);
    return former === undefined ? audience : joinAudiences(former, audience);
  }

  private createdWithoutId(): CallWithFacts[] {
    return [...this.created].filter(({ id }) => id < 0);
  }

  private remove(call: CallWithFacts, into: CallWithFacts): void {
    const { customerNumberE164: number, startedAt, createdAt } = call;
    this.calls.delete(call);
    if (number !== null) this.formerCallers.push({ number, at: startedAt ?? createdAt });
    this.changed.delete(call);
    if (!this.created.delete(call)) this.removed.set(call, into);
  }
}
