import { type Direction, DISPOSITIONS, type Disposition } from '../call-vocabulary.js';

/**
 * talk: says that there was one; no-talk: says that there was none; technical: a fault of the line; neutral: says
 * nothing of it. Every unknown word is neutral.
 */
export type WordClass = 'talk' | 'no-talk' | 'technical' | 'neutral';

/** What a word says of a call without talk. */
type EndKind = 'unanswered' | 'busy' | 'canceled' | 'failed';

/** Words of end reasons and dispositions, as {@link normaliseWord} writes them: names, Q.850 causes and SIP codes. */
const WORDS: Readonly<Record<WordClass, Partial<Record<EndKind, string>>>> = {
  talk: { unanswered: 'completed answered success ok' },
  'no-talk': {
    unanswered: `noanswer notanswered unanswered timeout ringtimeout ringnoanswer nouserresponse nouserresponding
      temporarilyunavailable 408 480 18 19 missed missedcall rejected declined decline callrejected 603 21 voicemail answeredelsewhere`,
    busy: 'busy userbusy busyhere 486 17',
    canceled: 'abandoned abandon cancel canceled cancelled originatorcancel requestterminated 487',
  },
  technical: {
    failed:
      'failed congestion unallocated unallocatednumber notfound 404 1 34 38 networkoutoforder providererror',
  },
  neutral: { unanswered: 'normal normalclearing hangup callerhangup agenthangup 16 31' },
};

interface Meaning {
  readonly wordClass: WordClass;
  readonly kind: EndKind;
}

const MEANING_OF: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(WORDS).flatMap(([wordClass, kinds]) =>
    Object.entries(kinds).flatMap(([kind, words]) =>
      words
        .split(/\s+/u)
        .map((word): [string, Meaning] => [
          word,
          { wordClass: wordClass as WordClass, kind: kind as EndKind },
        ]),
    ),
  ),
);

/** All words of known meaning, as {@link normaliseWord} writes them. */
export const KNOWN_WORDS: readonly string[] = [...MEANING_OF.keys()];

const UNKNOWN: Meaning = { wordClass: 'neutral', kind: 'unanswered' };
const SIP_SERVER_FAILURE: Meaning = { wordClass: 'technical', kind: 'failed' };

const DISPOSITION_OF: Readonly<Record<EndKind, Readonly<Record<Direction, Disposition>>>> = {
  unanswered: { inbound: 'missed', outbound: 'no_answer' },
  busy: { inbound: 'busy', outbound: 'busy' },
  canceled: { inbound: 'abandoned', outbound: 'canceled' },
  failed: { inbound: 'failed', outbound: 'failed' },
};

/** `No-Answer`, `no answer`, `no.answer` and `NO_ANSWER` all become `noanswer`. */
export function normaliseWord(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_.-]+/gu, '');
}

/** The code in `486 Busy Here`, `SIP/2.0 487 Request Terminated`, `SIP;cause=487`, `17 - user busy`, `Q.850;cause=17`. */
const CODE = /^\s*(?:sip(?:\/2\.0)?[\s/:;_-]*(?:cause=)?|q\.?850\D*|cause\D*)?(\d{1,3})(?!\w)/iu;

/** A code may be followed by its phrase, and a word by its code. */
function meaningOf(text: string): Meaning {
  const word = normaliseWord(text);
  const code = CODE.exec(text)?.[1] ?? '';
  const known =
    MEANING_OF.get(word) ?? MEANING_OF.get(code) ?? MEANING_OF.get(normaliseWord(text.replace(/\(.*/u, '')));
  if (known !== undefined) return known;
  return /^5\d\d$/u.test(code) ? SIP_SERVER_FAILURE : UNKNOWN;
}

export function classOfWord(text: string): WordClass {
  return meaningOf(text).wordClass;
}

/** Whether we know what the word means. */
export function isKnownWord(text: string): boolean {
  return meaningOf(text) !== UNKNOWN;
}

/** The disposition that a PBX writes in one word; null: a neutral or an unknown one. */
export function dispositionOfWord(text: string): Disposition | null {
  const word = normaliseWord(text);
  const known = DISPOSITIONS.find((disposition) => normaliseWord(disposition) === word);
  const { wordClass, kind } = meaningOf(text);
  if (known !== undefined || wordClass === 'neutral') return known ?? null;
  return wordClass === 'talk' ? 'completed' : DISPOSITION_OF[kind].outbound;
}

/** Disposition of a call that ended without talk. */
export function dispositionWithoutTalk(endReason: string | null, direction: Direction): Disposition {
  const { kind } = endReason === null ? UNKNOWN : meaningOf(endReason);
  return DISPOSITION_OF[kind][direction];
}
