/** Lines that telephony writes to the notes of tasks. Agents read them at the call desk. */
import { wallClock } from '../../../../../common/time/wall-clock.js';
import type { Call } from '../../call.entity.js';

/** Every line about a call ends with this, so that it can be found again. */
export function callSuffix(callId: number): string {
  return `(call ${callId}).`;
}

export function missedLine(call: Call, timeZone: string): string {
  return `Missed call on ${at(call.endedAt, timeZone)} ${callSuffix(call.id)}`;
}

export function notMissedLine(call: Call, timeZone: string): string {
  const by = call.answeredAt !== null && call.agentPhone !== null ? ` by extension ${call.agentPhone}` : '';
  return `The call of ${at(call.startedAt, timeZone)} was answered after all${by} ${callSuffix(call.id)}`;
}

export function notPlacedLine(call: Call, timeZone: string): string {
  return `Call on ${at(call.startedAt, timeZone)} could not be placed: the PBX did not take it ${callSuffix(call.id)}`;
}

export function reachedLine(call: Call, timeZone: string): string {
  return `Customer reached by the call that ended on ${at(call.endedAt, timeZone)}, talked ${length(call.durationSeconds)} ${callSuffix(call.id)}`;
}

export function notReachedLine(call: Call, timeZone: string): string {
  return `Not reached after all by the call of ${at(call.startedAt, timeZone)} ${callSuffix(call.id)}`;
}

export function joinedLine(taskId: number, call: Call): string {
  return `Its missed calls are on task ${taskId} again: there was no talk before them ${callSuffix(call.id)}`;
}

/** Whether {@link reachedLine} wrote this line for this call. */
export function isReachedLine(line: string, callId: number): boolean {
  return line.startsWith('Customer reached by the call that ') && line.endsWith(callSuffix(callId));
}

export function summaryLine(call: Call, timeZone: string): string {
  const parts = [
    `${call.direction} ${call.status}${call.disposition === call.status ? '' : ` (${call.disposition})`}`,
    call.durationSeconds === null ? null : `talked ${length(call.durationSeconds)}`,
    call.agentPhone === null ? null : `extension ${call.agentPhone}`,
    call.endReason === null ? null : `reason ${call.endReason}`,
  ];
  const summary = parts.filter((part) => part !== null).join(', ');
  return `Call on ${at(call.startedAt, timeZone)}: ${summary} ${callSuffix(call.id)}`;
}

/** Whether {@link missedLine} wrote this line for this call. */
export function isMissedLine(line: string, callId: number): boolean {
  return line.startsWith('Missed call on ') && line.endsWith(callSuffix(callId));
}

/** Whether {@link summaryLine} wrote this line for this call. */
export function isSummaryLine(line: string, callId: number): boolean {
  return /^Call on (?:unknown time|[\d :-]+): /u.test(line) && line.endsWith(callSuffix(callId));
}

function at(time: Date | null, timeZone: string): string {
  return time === null ? 'unknown time' : wallClock(time, timeZone);
}

function length(seconds: number | null): string {
  const total = seconds ?? 0;
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}
