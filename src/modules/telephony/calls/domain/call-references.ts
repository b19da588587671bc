import type { CallEvent } from './call-event.js';
import type { ReferenceMove } from './call-moves.js';
import type { CallWithFacts } from './call-with-facts.js';
import { isErased } from './erased-call.js';
import type { Report } from './facts/call-facts.js';

/** The call of an event. `callId` is kept up to date when calls are merged, split or get their ids. */
export interface EventAssignment {
  readonly event: CallEvent;
  callId: number;
  /** Whether the customer of the call was erased, so that nothing of the event may be kept. */
  readonly isErased: boolean;
}

/**
 * What refers to calls by their id, in one unit of work: its events, and the stored receipts of former ones. Calls get
 * their ids late, and are merged and split, so both are moved with them.
 */
export class CallReferences {
  readonly assignments: EventAssignment[] = [];
  readonly moves: ReferenceMove[] = [];

  assign(event: CallEvent, call: CallWithFacts): EventAssignment {
    const assignment = { event, callId: call.id, isErased: isErased(call) };
    this.assignments.push(assignment);
    return assignment;
  }

  move(move: ReferenceMove): void {
    // A call created in this unit of work has no stored receipts, except those that an earlier move gave it.
    const hasReceipts = move.from > 0 || this.moves.some(({ to }) => to === move.from);
    if (hasReceipts) this.moves.push(move);
    for (const assignment of this.assignments) {
      const { event, callId } = assignment;
      const isMoved =
        move.only === undefined ||
        (event.externalCallId === move.only.externalCallId &&
          Number(event.occurredAt) === Number(move.only.occurredAt) &&
          (move.only.report === undefined || isReportOf(event, move.only.report)));
      if (callId === move.from && isMoved) assignment.callId = move.to;
    }
  }

  /** Gives a call that was created here the id of its row. */
  renumber(from: number, to: number): void {
    for (const assignment of this.assignments) if (assignment.callId === from) assignment.callId = to;
    for (const move of this.moves) {
      if (move.from === from) move.from = to;
      if (move.to === from) move.to = to;
    }
  }
}

function isReportOf({ type, extension, customer }: CallEvent, report: Report): boolean {
  return (
    type === report.type &&
    extension === (report.extension ?? null) &&
    (customer?.raw ?? null) === (report.phone ?? null)
  );
}
