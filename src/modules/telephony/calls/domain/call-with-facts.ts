import type { CallFacts } from './facts/call-facts.js';
import type { Call } from '../call.entity.js';
import type { CallProjection } from './facts/projection.js';

/** A call that has facts; those of rows that were stored without any are derived from the columns. */
export type CallWithFacts = Call & {
  facts: CallFacts;
  /** `started_at` as the row is stored, whatever the facts say; left out of calls that are not stored yet. */
  readonly storedStart?: Date | null;
};

/** Columns that are not part of the projection of the facts. */
export type OwnColumns = Omit<Call, keyof CallProjection | 'facts'> & Pick<CallWithFacts, 'storedStart'>;

/** Object.assign into the first: with object spread the same properties were measured to take ten times as long. */
export function assembleCall(own: OwnColumns, facts: CallFacts, columns: CallProjection): CallWithFacts {
  return Object.assign(own, columns, { facts });
}
