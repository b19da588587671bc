import { computed, effect, signal } from '@preact/signals';
import type { LiveCall } from '../../../client/client.js';
import { api } from '../../api/api.js';
import { ApiError } from '../../api/api-error.js';
import { client, isLive, me, telephony, userId } from '../../live/telephony.js';
import { keptInTab } from '../../session/kept.js';

function isHis({ agentPhone, agentUserId }: LiveCall): boolean {
  const user = me.value;
  if (user === null) return false;
  return agentUserId === user.userId || (agentPhone !== null && user.extensions.includes(agentPhone));
}

/** Whether the user has the call at his telephone, or it is being placed for him. */
function isHeld(call: LiveCall): boolean {
  return isHis(call) && (call.status === 'answered' || call.direction === 'outbound');
}

/** The calls of the user: those that he has, then those that ring at him. */
export const myCalls = computed<readonly LiveCall[]>(() => {
  const { calls, ringing } = telephony.value;
  const held = calls.filter((call) => isHeld(call) && !ringing.has(call.id));
  return [...held, ...calls.filter(({ id }) => ringing.has(id))];
});

/** The call that the desk is about now. */
export const currentCall = computed<LiveCall | null>(() => myCalls.value[0] ?? null);

/** Whether the user talks at his telephone. */
export const isOnCall = computed(() => {
  const call = currentCall.value;
  return call?.status === 'answered' && !telephony.value.ringing.has(call.id);
});

const keyOf = (user: number | null): string => `telephony.unfinished.${user}`;

/** Ids of calls that the user had, and for which he has not said yet that they are done; the last one first. */
export const unfinished = signal<readonly number[]>([]);

function setUnfinished(ids: readonly number[]): void {
  unfinished.value = ids;
  keptInTab.write(keyOf(userId.peek()), JSON.stringify(ids));
}

/** Tells the other tabs of the user which call is finished: each has its own list. */
const finishedCalls = new BroadcastChannel('telephony-finished');

function remove(id: number): void {
  setUnfinished(unfinished.peek().filter((one) => one !== id));
}

export function finish(id: number): void {
  remove(id);
  finishedCalls.postMessage(id);
}

finishedCalls.addEventListener('message', ({ data }: MessageEvent<number>) => remove(data));

/** Ids of calls that were put on the list, so that a finished one does not come back. */
let listed = new Set<number>();
/** Whose the list is; null: it is not read yet. */
let owner: number | null = null;

effect(() => {
  const { calls, ended } = telephony.value;
  const user = userId.value;
  if (user === null) return;
  if (user !== owner) {
    owner = user;
    unfinished.value = keptInTab.readIds(keyOf(user));
    listed = new Set(unfinished.peek());
  }
  // A call may have been answered and ended between two messages.
  const talked = ended.filter((call) => isHis(call) && call.answeredAt !== null);
  for (const { id } of [...talked, ...calls.filter(isHeld)]) {
    if (listed.has(id)) continue;
    listed.add(id);
    setUnfinished([id, ...unfinished.peek()]);
  }
});

/** What was read of calls that the client does not show any more, such as after a reload. */
const read = signal<ReadonlyMap<number, LiveCall>>(new Map());

/** The last call that is not finished; null: none, or it is not read yet. */
export const callToFinish = computed<LiveCall | null>(() => {
  const [id] = unfinished.value;
  if (id === undefined) return null;
  const { calls, ended } = telephony.value;
  return [...ended, ...calls].find((call) => call.id === id) ?? read.value.get(id) ?? null;
});

effect(() => {
  const [id] = unfinished.value;
  if (id === undefined || !isLive.value || callToFinish.value !== null) return;
  void readCall(id);
});

async function readCall(id: number): Promise<void> {
  try {
    const call = await api.get<LiveCall>(`telephony/calls/${id}`);
    read.value = new Map(read.peek()).set(id, call);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // It was merged into another, or is not his any more.
    if (error.code === 'CALL_NOT_FOUND') remove(id);
  }
}

/** Called with the ids when the row of a call was merged into another. */
export function onMerged(listener: (from: number, into: number) => void): void {
  client.on('message', ({ event, message }) => {
    if (event !== 'call_gone' || message.into === null) return;
    listener(message.id, message.into);
    if (!unfinished.peek().includes(message.id)) return;
    setUnfinished([
      ...new Set(unfinished.peek().map((id) => (id === message.id ? (message.into ?? id) : id))),
    ]);
  });
}
