import type { Direction, Disposition } from '../call-vocabulary.js';

/** What an end reason means when there was no talk. */
type SilentEnd = 'normal' | 'busy' | 'unanswered' | 'canceled' | 'failed';

const SILENT_END_OF: Readonly<Record<string, SilentEnd>> = {
  completed: 'normal',
  normal: 'normal',
  normalclearing: 'normal',
  hangup: 'normal',
  callerhangup: 'normal',
  agenthangup: 'normal',
  busy: 'busy',
  userbusy: 'busy',
  '486': 'busy',
  noanswer: 'unanswered',
  timeout: 'unanswered',
  '480': 'unanswered',
  rejected: 'unanswered',
  declined: 'unanswered',
  '603': 'unanswered',
  missed: 'unanswered',
  cancel: 'canceled',
  canceled: 'canceled',
  cancelled: 'canceled',
  '487': 'canceled',
  failed: 'failed',
  congestion: 'failed',
  unallocated: 'failed',
  '404': 'failed',
};

const DISPOSITION_OF: Readonly<Record<SilentEnd, Readonly<Record<Direction, Disposition>>>> = {
  normal: { inbound: 'missed', outbound: 'no_answer' },
  unanswered: { inbound: 'missed', outbound: 'no_answer' },
  busy: { inbound: 'busy', outbound: 'busy' },
  canceled: { inbound: 'abandoned', outbound: 'canceled' },
  failed: { inbound: 'failed', outbound: 'failed' },
};

/** `No-Answer`, `no answer` and `NO_ANSWER` are one word. */
export function plainWord(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_-]+/gu, '');
}

function silentEndOf(endReason: string): SilentEnd | null {
  const word = plainWord(endReason);
  return SILENT_END_OF[word] ?? (/^5\d\d$/u.test(word) ? 'failed' : null);
}

/** Whether the reason is one of those we know the meaning of. */
export function isKnownEndReason(endReason: string): boolean {
  return silentEndOf(endReason) !== null;
}

/** `completed`, alone of all reasons, says that there was talk. */
export function endReasonClaimsTalk(endReason: string): boolean {
  return plainWord(endReason) === 'completed';
}

/** Disposition of a call that ended without talk. No reason at all counts as a normal clearing. */
export function dispositionWithoutTalk(endReason: string | null, direction: Direction): Disposition {
  const end = endReason === null ? 'normal' : (silentEndOf(endReason) ?? 'failed');
  return DISPOSITION_OF[end][direction];
}
