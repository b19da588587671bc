import { DomainError } from '../../../common/errors/domain-error.js';
import { maskNumbersIn } from '../../../common/phone-number.js';
import { PayloadReader } from './payload-reader.js';
import type { PbxStartAnswer } from '../calls/pbx.js';

/** What came back over HTTP, whatever content type it claims. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A refusal is an answer too: it says nothing against the PBX's health. */
export type PbxAnswer<T> =
  | { readonly accepted: true; readonly value: T }
  | { readonly accepted: false; readonly refusal: DomainError };

/** Reads an answer; `apiKey` is struck out wherever the PBX repeats it. @throws DomainError as {@link pbxFault} makes */
export type AnswerReader<T> = (answer: HttpAnswer, apiKey: string) => PbxAnswer<T>;

const FAULTS = {
  PBX_UNREACHABLE:
    'The PBX cannot be reached or is out of order. Try again in a moment; if it stays so, tell your administrator',
  PBX_UNINTELLIGIBLE:
    'The PBX gave an answer that makes no sense, so it may or may not have acted. Look at the phone before you try again, and tell your administrator',
  PBX_TIMEOUT:
    'The PBX did not answer in time, so it may or may not have acted. Look at the phone before you try again',
} as const;

const MAX_WORDS = 200;
const MAX_CALL_ID = 255;
const REFUSING_STATUSES: ReadonlySet<unknown> = new Set([
  'error',
  'failed',
  'failure',
  'rejected',
  'refused',
]);

/** Something is wrong with the PBX itself, or with the way to it. */
export function pbxFault(code: keyof typeof FAULTS, cause: Error): DomainError {
  return new DomainError(code, FAULTS[code], undefined, { cause });
}

/** An answer to start: without a usable id of the call it is worth nothing. */
export const readStartAnswer: AnswerReader<PbxStartAnswer> = (answer, apiKey) =>
  read(answer, apiKey, (payload, words) => {
    const bracknetCallId = callIdOf(payload);
    return bracknetCallId === null ? null : { bracknetCallId, message: words ?? 'Call initiated' };
  });

/** An answer to hangup or transfer: any JSON object that does not say no. */
export const readAcknowledgement: AnswerReader<void> = (answer, apiKey) =>
  read(answer, apiKey, () => undefined);

/**
 * 5xx is a fault of the PBX and 4xx its decision, whatever the body. A redirect is never followed: it would take the
 * key elsewhere. Any other answer has to be 2xx with a JSON object, and may still say no in there.
 */
function read<T>(
  { status, body }: HttpAnswer,
  apiKey: string,
  valueOf: (payload: Record<string, unknown>, words: string | null) => T | null,
): PbxAnswer<T> {
  const payload = objectIn(body);
  const words = payload === null ? null : wordsIn(payload, apiKey);
  const heard = (): Error => new Error(`HTTP ${status}, ${words ?? (legible(body, apiKey) || 'empty')}`);

  if (status >= 500) throw pbxFault('PBX_UNREACHABLE', heard());
  if (status >= 400) return refused(words ?? `HTTP ${status}`, heard());
  if (status >= 300 || payload === null) throw pbxFault('PBX_UNINTELLIGIBLE', heard());
  if (saysNo(payload)) return refused(words ?? 'it does not say why', heard());
  const value = valueOf(payload, words);
  if (value === null) throw pbxFault('PBX_UNINTELLIGIBLE', heard());
  return { accepted: true, value };
}

function refused(words: string, cause: Error): PbxAnswer<never> {
  const refusal = new DomainError('PBX_REFUSED', `The PBX refused: ${words}`, undefined, { cause });
  return { accepted: false, refusal };
}

function objectIn(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Read as webhooks are, so that the id of a call is the same text on both ways. */
function callIdOf(payload: Record<string, unknown>): string | null {
  const id = new PayloadReader(payload).word(['bracknet_call_id', 'callId', 'id'], MAX_CALL_ID);
  return id === null || /\p{Cc}/u.test(id) ? null : id;
}

function saysNo({ status, success, error }: Record<string, unknown>): boolean {
  const word = typeof status === 'string' ? status.trim().toLowerCase() : status;
  return REFUSING_STATUSES.has(word) || success === false || Boolean(error);
}

function wordsIn({ message, error, reason }: Record<string, unknown>, apiKey: string): string | null {
  const said = [message, error, isObject(error) ? error.message : null, reason];
  const words = said.map((text) => (typeof text === 'string' ? legible(text, apiKey) : ''));
  return words.find((text) => text !== '') ?? null;
}

/** What the PBX wrote, fit for people and logs: one line of bounded length without secrets or full numbers. */
function legible(text: string, apiKey: string): string {
  const line = maskNumbersIn(text.replaceAll(apiKey, '[key]'))
    .replaceAll(/[\s\p{Cc}\p{Cs}\p{Bidi_Control}]+/gu, ' ')
    .trim();
  // Half of a surrogate pair is no text: PostgreSQL refuses it in jsonb.
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS - 1).replace(/\p{Cs}$/u, '')}…` : line;
}
