/** What moves when two rows turn out to be one call, or one row two. */
import type { Call } from '../call.entity.js';
import type { Report } from './facts/call-facts.js';

/** A missed call on a task was reassigned to another call: the notes of the task must name that call. */
export interface MovedMiss {
  readonly taskId: number;
  readonly from: Call;
  readonly to: Call;
  /** `to` already is on the same task. */
  readonly isOnTask: boolean;
}

/**
 * Receipts that move from one call to another. Moves must be applied in order. An id less than 0 is that of a call that
 * was created and merged into another within the same unit of work.
 */
export interface ReferenceMove {
  from: number;
  to: number;
  /** Only the receipts of events at this time and with this id of the PBX; undefined: all receipts of the call. */
  readonly only?: {
    readonly occurredAt: Date;
    readonly externalCallId: string | null;
    /** Of the events of this unit of work, the one of this report. Stored receipts know their time and id alone. */
    readonly report?: Report;
  };
}

/** A caller to whom a call belonged until its number changed. */
export interface FormerCaller {
  /** E.164 */
  readonly number: string;
  /** When the call began. */
  readonly at: Date;
}
