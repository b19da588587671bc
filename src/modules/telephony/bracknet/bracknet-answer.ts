import { DomainError } from '../../../common/errors/domain-error.js';
import { maskNumbersIn } from '../../../common/phone-number.js';
import { FIELD_NAMES } from './bracknet-event.js';
import { idUpTo } from './field-values.js';
import { PayloadReader } from './payload-reader.js';
import type { PbxStartAnswer } from '../calls/pbx.js';

/** An HTTP response of the PBX. Its content type is ignored. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A refusal is a valid answer, not a fault of the PBX: it must not open the circuit breaker. */
export type PbxAnswer<T> =
  | { readonly accepted: true; readonly value: T }
  | { readonly accepted: false; readonly refusal: DomainError };

/**
 * Reads an answer. `apiKey` is removed from all text that the PBX sends.
 * @throws DomainError see {@link pbxFault}
 */
export type AnswerReader<T> = (answer: HttpAnswer, apiKey: string) => PbxAnswer<T>;

const FAULTS = {
  PBX_UNREACHABLE:
    'The PBX cannot be reached or is out of order. Try again in a moment; if it stays so, tell your administrator',
  PBX_UNINTELLIGIBLE:
    'The PBX gave an answer that makes no sense, so it may or may not have acted. Look at the phone before you try again, and tell your administrator',
  PBX_TIMEOUT:
    'The PBX did not answer in time, so it may or may not have acted. Look at the phone before you try again',
} as const;

const MAX_MESSAGE_LENGTH = 200;
const CALL_ID = idUpTo(255);
const REFUSING_STATUSES: ReadonlySet<unknown> = new Set([
  'error',
  'failed',
  'failure',
  'rejected',
  'refused',
]);

/** An error for a fault of the PBX or of the connection to it. */
export function pbxFault(code: keyof typeof FAULTS, cause: Error): DomainError {
  return new DomainError(code, FAULTS[code], undefined, { cause });
}

/** Reads the answer to a start, which must have a call id. */
export const readStartAnswer: AnswerReader<PbxStartAnswer> = (answer, apiKey) =>
  read(answer, apiKey, (payload, message) => {
    const bracknetCallId = callIdOf(payload);
    return bracknetCallId === null ? null : { bracknetCallId, message: message ?? 'Call initiated' };
  });

/** Reads the answer to a hangup or transfer: any JSON object that is not a refusal. */
export const readAcknowledgement: AnswerReader<void> = (answer, apiKey) =>
  read(answer, apiKey, () => undefined);

/**
 * 5xx is a fault and 4xx a refusal, whatever the body. Redirects are faults: following one would send the API key to
 * another server. Other answers must be 2xx with a JSON object, which may still be a refusal.
 * @param valueOf returns null when the payload is not usable
 */
function read<T>(
  { status, body }: HttpAnswer,
  apiKey: string,
  valueOf: (payload: Record<string, unknown>, message: string | null) => T | null,
): PbxAnswer<T> {
  const payload = parseObject(body);
  const message = payload === null ? null : messageOf(payload, apiKey);
  const cause = (): Error => new Error(`HTTP ${status}, ${message ?? (sanitise(body, apiKey) || 'empty')}`);

  if (status >= 500) throw pbxFault('PBX_UNREACHABLE', cause());
  if (status >= 400) return refused(message ?? `HTTP ${status}`, cause());
  if (status >= 300 || payload === null) throw pbxFault('PBX_UNINTELLIGIBLE', cause());
  if (isRefusal(payload)) return refused(message ?? 'it does not say why', cause());
  const value = valueOf(payload, message);
  if (value === null) throw pbxFault('PBX_UNINTELLIGIBLE', cause());
  return { accepted: true, value };
}

function refused(reason: string, cause: Error): PbxAnswer<never> {
  const refusal = new DomainError('PBX_REFUSED', `The PBX refused: ${reason}`, undefined, { cause });
  return { accepted: false, refusal };
}

function parseObject(body: string): Record<string, unknown> | null {
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

/**
 * Uses the reader of webhooks, so that a call id is the same text in answers and in events. An id that cannot be read makes
 * the answer unusable, even beside a readable one: a wrong id would hang up another call.
 */
function callIdOf(payload: Record<string, unknown>): string | null {
  const reader = new PayloadReader(payload);
  const id = reader.first(FIELD_NAMES.externalCallId, CALL_ID);
  return id === null || reader.problems.length > 0 || /\p{Cc}/u.test(id) ? null : id;
}

function isRefusal({ status, success, error }: Record<string, unknown>): boolean {
  const word = typeof status === 'string' ? status.trim().toLowerCase() : status;
  return REFUSING_STATUSES.has(word) || success === false || Boolean(error);
}

function messageOf({ message, error, reason }: Record<string, unknown>, apiKey: string): string | null {
  const candidates = [message, error, isObject(error) ? error.message : null, reason];
  const texts = candidates.map((text) => (typeof text === 'string' ? sanitise(text, apiKey) : ''));
  return texts.find((text) => text !== '') ?? null;
}

/** Makes text of the PBX safe for responses and logs: one line of limited length, without the key or full numbers. */
function sanitise(text: string, apiKey: string): string {
  const line = maskNumbersIn(text.replaceAll(apiKey, '[key]'))
    .replaceAll(/[\s\p{Cc}\p{Cs}\p{Bidi_Control}]+/gu, ' ')
    .trim();
  // The cut must not leave a lone surrogate: PostgreSQL rejects it in jsonb.
  return line.length > MAX_MESSAGE_LENGTH
    ? `${line.slice(0, MAX_MESSAGE_LENGTH - 1).replace(/\p{Cs}$/u, '')}…`
    : line;
}
