import type { Change, ChangedCall } from './change.js';
import { GatheredChanges } from './gathered-changes.js';

/** What one instance tells the others. Additive: who reads it ignores fields that it does not know. */
export interface ChangeMessage {
  readonly v: 1;
  /** Id of the instance that sent it. */
  readonly from: string;
  readonly change?: Change;
  /** Why announcements of the sender were lost. */
  readonly gap?: string;
}

/** Parts of one call that always fit into a message of {@link SMALLEST_LIMIT} bytes: ids have at most 10 digits, extensions 30 characters. */
const USERS_OF_A_PART = 300;
const EXTENSIONS_OF_A_PART = 15;
export const SMALLEST_LIMIT = 7_500;

export function encodeMessage(from: string, content: Pick<ChangeMessage, 'change' | 'gap'> = {}): string {
  const message: ChangeMessage = { v: 1, from, ...content };
  return JSON.stringify(message);
}

/** @param maxBytes of one message, {@link SMALLEST_LIMIT} or more: a change that is larger is told in several */
export function encodeChange(from: string, change: Change, maxBytes: number): string[] {
  const whole = encodeMessage(from, { change });
  if (Buffer.byteLength(whole) <= maxBytes) return [whole];
  const parts = partsOf(change);
  if (parts.length === 1) return [whole];
  const middle = Math.ceil(parts.length / 2);
  return [parts.slice(0, middle), parts.slice(middle)].flatMap((half) =>
    encodeChange(from, joined(half), maxBytes),
  );
}

/** @returns null: it is no message of this version */
export function decodeMessage(text: string): ChangeMessage | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(message) || message.v !== 1 || typeof message.from !== 'string') return null;
  const { from, change, gap } = message;
  if (change !== undefined && !isChange(change)) return null;
  if (gap !== undefined && typeof gap !== 'string') return null;
  return { v: 1, from, ...(change !== undefined && { change }), ...(gap !== undefined && { gap }) };
}

/** One part for each id; a call with a large audience has several. */
function partsOf({ calls = [], tasks = [], presence = [], extensions, revocations }: Change): Change[] {
  return [
    ...calls.flatMap((call) => partsOfCall(call).map((part) => ({ calls: [part] }))),
    ...tasks.map((id) => ({ tasks: [id] })),
    ...presence.map((id) => ({ presence: [id] })),
    ...(extensions === true ? [{ extensions }] : []),
    ...(revocations === true ? [{ revocations }] : []),
  ];
}

function partsOfCall(call: ChangedCall): ChangedCall[] {
  const { users, extensions } = call;
  const count = Math.max(users.length / USERS_OF_A_PART, extensions.length / EXTENSIONS_OF_A_PART, 1);
  return Array.from({ length: Math.ceil(count) }, (_, index) => ({
    ...call,
    users: slice(users, index, USERS_OF_A_PART),
    extensions: slice(extensions, index, EXTENSIONS_OF_A_PART),
  }));
}

function slice<T>(list: readonly T[], index: number, length: number): T[] {
  return list.slice(index * length, (index + 1) * length);
}

function joined(parts: readonly Change[]): Change {
  const gathered = new GatheredChanges();
  for (const part of parts) gathered.add(part);
  return gathered.take();
}

function isChange(value: unknown): value is Change {
  if (!isRecord(value)) return false;
  const { calls, tasks, presence, extensions, revocations } = value;
  return (
    (calls === undefined || (Array.isArray(calls) && calls.every(isChangedCall))) &&
    (tasks === undefined || areIds(tasks)) &&
    (presence === undefined || areIds(presence)) &&
    (extensions === undefined || extensions === true) &&
    (revocations === undefined || revocations === true)
  );
}

function isChangedCall(value: unknown): value is ChangedCall {
  if (!isRecord(value)) return false;
  const { id, users, extensions, removed } = value;
  return (
    Number.isSafeInteger(id) &&
    areIds(users) &&
    Array.isArray(extensions) &&
    extensions.every((extension) => typeof extension === 'string') &&
    (removed === undefined ||
      (isRecord(removed) && (removed.into === null || Number.isSafeInteger(removed.into))))
  );
}

function areIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((id) => Number.isSafeInteger(id));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
