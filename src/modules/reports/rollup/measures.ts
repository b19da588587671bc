import {
  CALL_MEASURES,
  type CallMeasure,
  WAIT_EDGES,
  type WaitEdge,
} from '../../telephony/calls/log/call-measures.js';

/**
 * What is counted of a call, as SQL on the row `call` and, where it says so, on its `callback`. Each is a whole number or
 * NULL, and all figures are sums of them: averages are made at the end. Change `DEFINITION` with any of these.
 */
export const DEFINITION = 1;

const counted = (condition: string): string => `CASE WHEN ${condition} THEN 1 ELSE 0 END`;
const present = (column: string): string => counted(`${column} IS NOT NULL`);
const of = (measure: CallMeasure, value: string): string =>
  `CASE WHEN ${CALL_MEASURES[measure]} THEN ${value} END`;
const within = (measure: CallMeasure, edge: WaitEdge): string =>
  counted(`${CALL_MEASURES[measure]} AND call.wait_seconds <= ${edge}`);

const TALK = `call.status = 'completed' AND call.duration_seconds IS NOT NULL`;

export const COUNTS = {
  total: '1',
  initiated: counted(`call.status = 'initiated'`),
  ringing: counted(`call.status = 'ringing'`),
  talking: counted(`call.status = 'answered'`),
  completed: counted(`call.status = 'completed'`),
  failed: counted(`call.status = 'failed'`),
  durationCount: present('call.duration_seconds'),
  waitCount: present('call.wait_seconds'),
  holdCount: present('call.hold_seconds'),
  recorded: counted(CALL_MEASURES.recorded),
  offered: counted(CALL_MEASURES.offered),
  answered: counted(CALL_MEASURES.answered),
  lost: counted(CALL_MEASURES.lost),
  lostAbandoned: counted(CALL_MEASURES.lostAbandoned),
  lostBusy: counted(CALL_MEASURES.lostBusy),
  lostFailed: counted(CALL_MEASURES.lostFailed),
  lostMissed: counted(CALL_MEASURES.lostMissed),
  dialled: counted(CALL_MEASURES.dialled),
  reached: counted(CALL_MEASURES.reached),
  answeredWaitCount: counted(`${CALL_MEASURES.answered} AND call.wait_seconds IS NOT NULL`),
  talkCount: counted(TALK),
  inferredEnds: counted(`'ended_at' = ANY (call.inferred)`),
  answeredWithin5: within('answered', 5),
  answeredWithin10: within('answered', 10),
  answeredWithin15: within('answered', 15),
  answeredWithin20: within('answered', 20),
  answeredWithin30: within('answered', 30),
  answeredWithin45: within('answered', 45),
  answeredWithin60: within('answered', 60),
  answeredWithin120: within('answered', 120),
  lostWithin5: within('lost', 5),
  lostWithin10: within('lost', 10),
  lostWithin15: within('lost', 15),
  lostWithin20: within('lost', 20),
  lostWithin30: within('lost', 30),
  lostWithin45: within('lost', 45),
  lostWithin60: within('lost', 60),
  lostWithin120: within('lost', 120),
  calledBack: present('callback.attempted_at'),
  recovered: counted('callback.is_recovered'),
} as const satisfies Record<string, string>;

export const SUMS = {
  durationSum: 'call.duration_seconds',
  waitSum: 'call.wait_seconds',
  holdSum: 'call.hold_seconds',
  answeredWaitSum: of('answered', 'call.wait_seconds'),
  talkSum: `CASE WHEN ${TALK} THEN call.duration_seconds END`,
  firstAttemptSum: `greatest(0, extract(epoch FROM callback.attempted_at - coalesce(call.ended_at, call.started_at)))::bigint`,
} as const satisfies Record<string, string>;

export type Measure = keyof typeof COUNTS | keyof typeof SUMS;

export const MEASURES: Readonly<Record<Measure, string>> = { ...COUNTS, ...SUMS };
export const MEASURE_NAMES = Object.keys(MEASURES) as Measure[];

const OF_CALLBACKS: ReadonlySet<Measure> = new Set(['calledBack', 'recovered', 'firstAttemptSum']);

/** Whether a measure asks what became of a miss, which takes a look-up for each. */
export function isOfCallbacks(measure: Measure): boolean {
  return OF_CALLBACKS.has(measure);
}

/** `answeredWithin20` → `answered_within_20`. */
export function columnOf(name: string): string {
  return name.replace(/[A-Z]|\d+/gu, (part) => `_${part.toLowerCase()}`);
}

export const answeredWithin = (edge: WaitEdge): Measure => `answeredWithin${edge}`;
export const lostWithin = (edge: WaitEdge): Measure => `lostWithin${edge}`;

export function isWaitEdge(seconds: number): seconds is WaitEdge {
  return WAIT_EDGES.some((edge) => edge === seconds);
}
