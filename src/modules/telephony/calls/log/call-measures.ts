/**
 * What the reports count, as SQL conditions on the columns of the alias `call`. The call log filters by the same conditions,
 * so that each figure opens exactly the calls behind it.
 *
 * All words are literals of closed sets: a plan that is made once for all values of a parameter cannot use a partial index.
 */

const OVER = `call.status IN ('completed', 'failed')`;

/** Inbound calls that are over, but for those that another extension took. */
const OFFERED = `call.direction = 'inbound' AND ${OVER} AND call.disposition IS DISTINCT FROM 'answered_elsewhere'`;

const ANSWERED = `${OFFERED} AND call.status = 'completed'`;

/** As the status filter `missed` of the CRM's pages. */
const LOST = `${OFFERED} AND call.status = 'failed'`;

const lostAs = (...dispositions: string[]): string =>
  `${LOST} AND call.disposition IN (${dispositions.map((word) => `'${word}'`).join(', ')})`;

/** Outbound calls that the PBX took; one that never left this service says nothing of the customer. */
const DIALLED = `call.direction = 'outbound' AND ${OVER} AND call.end_reason IS DISTINCT FROM 'provider_error'`;

/** Each call is of exactly one kind of `lost…`, so that they add up to `lost`. */
export const CALL_MEASURES = {
  offered: OFFERED,
  answered: ANSWERED,
  lost: LOST,
  lostAbandoned: lostAs('abandoned', 'canceled'),
  lostBusy: lostAs('busy'),
  lostFailed: lostAs('failed'),
  lostMissed: `${LOST} AND (call.disposition IS NULL OR call.disposition NOT IN ('abandoned', 'canceled', 'busy', 'failed'))`,
  dialled: DIALLED,
  reached: `${DIALLED} AND call.status = 'completed'`,
  recorded: 'call.recording_url IS NOT NULL',
  open: `call.status IN ('initiated', 'ringing', 'answered')`,
} as const satisfies Record<string, string>;

export type CallMeasure = keyof typeof CALL_MEASURES;

/** How long after a miss has begun another call with the customer counts as one that makes up for it. */
export const CALLBACK_WINDOW = '24 h';

/** Waits are counted up to these seconds, both of answered and of lost calls: each can be a threshold. */
export const WAIT_EDGES = [5, 10, 15, 20, 30, 45, 60, 120] as const;
export type WaitEdge = (typeof WAIT_EDGES)[number];
