import type { Direction, Disposition } from '../call-vocabulary.js';

/** The meaning of an end reason for a call without talk. */
type EndKind = 'normal' | 'busy' | 'unanswered' | 'canceled' | 'failed';

/** Keys are normalised end reasons and SIP codes. */
const END_KIND_OF: Readonly<Record<string, EndKind>> = {
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

const DISPOSITION_OF: Readonly<Record<EndKind, Readonly<Record<Direction, Disposition>>>> = {
  normal: { inbound: 'missed', outbound: 'no_answer' },
  unanswered: { inbound: 'missed', outbound: 'no_answer' },
  busy: { inbound: 'busy', outbound: 'busy' },
  canceled: { inbound: 'abandoned', outbound: 'canceled' },
  failed: { inbound: 'failed', outbound: 'failed' },
};

/** `No-Answer`, `no answer` and `NO_ANSWER` all become `noanswer`. */
export function normaliseWord(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_-]+/gu, '');
}

/** SIP 5xx is a failure. null: unknown. */
function endKindOf(endReason: string): EndKind | null {
  const word = normaliseWord(endReason);
  return END_KIND_OF[word] ?? (/^5\d\d$/u.test(word) ? 'failed' : null);
}

export function isKnownEndReason(endReason: string): boolean {
  return endKindOf(endReason) !== null;
}

/** Only `completed` states that there was talk. */
export function endReasonClaimsTalk(endReason: string): boolean {
  return normaliseWord(endReason) === 'completed';
}

/** Disposition of a call that ended without talk. null counts as a normal clearing, an unknown reason as a failure. */
export function dispositionWithoutTalk(endReason: string | null, direction: Direction): Disposition {
  const kind = endReason === null ? 'normal' : (endKindOf(endReason) ?? 'failed');
  return DISPOSITION_OF[kind][direction];
}
