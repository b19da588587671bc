import { wallClock } from '../../../../common/time/wall-clock.js';
import type { Call } from '../call.entity.js';

/** How every line about a call ends: by this it is found again. */
export function callMark(callId: number): string {
  return `(call ${callId}).`;
}

/** One line each, as the agents of the call desk read them in the notes of a task. */

export function missedLine(call: Call, timeZone: string): string {
  return `Missed call on ${at(call.endedAt, timeZone)} ${callMark(call.id)}`;
}

export function notMissedLine(call: Call, timeZone: string): string {
  const by = call.answeredAt !== null && call.agentPhone !== null ? ` by extension ${call.agentPhone}` : '';
  return `The call of ${at(call.startedAt, timeZone)} was answered after all${by} ${callMark(call.id)}`;
}

export function notPlacedLine(call: Call, timeZone: string): string {
  return `Call on ${at(call.startedAt, timeZone)} could not be placed: the PBX did not take it ${callMark(call.id)}`;
}

export function reachedLine(call: Call, timeZone: string): string {
  return `Customer reached by the call that ended on ${at(call.endedAt, timeZone)}, talked ${length(call.durationSeconds)} ${callMark(call.id)}`;
}

export function summaryLine(call: Call, timeZone: string): string {
  const parts = [
    `${call.direction} ${call.status}${call.disposition === call.status ? '' : ` (${call.disposition})`}`,
    call.durationSeconds === null ? null : `talked ${length(call.durationSeconds)}`,
    call.agentPhone === null ? null : `extension ${call.agentPhone}`,
    call.endReason === null ? null : `reason ${call.endReason}`,
  ];
  const said = parts.filter((part) => part !== null).join(', ');
  return `Call on ${at(call.startedAt, timeZone)}: ${said} ${callMark(call.id)}`;
}

/** Whether a line is what {@link missedLine} wrote of a call. */
export function isMissedLine(line: string, callId: number): boolean {
  return line.startsWith('Missed call on ') && line.endsWith(callMark(callId));
}

/** Whether a line is what {@link summaryLine} wrote of a call. */
export function isSummaryLine(line: string, callId: number): boolean {
  return /^Call on (?:unknown time|[\d :-]+): /u.test(line) && line.endsWith(callMark(callId));
}

function at(time: Date | null, timeZone: string): string {
  return time === null ? 'unknown time' : wallClock(time, timeZone);
}

function length(seconds: number | null): string {
  const total = seconds ?? 0;
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}
