import { computed, effect, signal } from '@preact/signals';
import type { LiveCall } from '../../../client/client.js';
import { shell } from '../../i18n/shell.js';
import { isLive, telephony } from '../../live/telephony.js';
import { dialled, numberOf } from '../../parts/phone.js';
import { keptInTab } from '../../session/kept.js';
import { isOnCall } from '../../views/desk/state.js';
import { isLeader } from './ring-lead.js';
import { closeNotices, notify } from './ring-notice.js';
import { findOutWhetherBlocked, ringSoftly, startRinging, stopRinging } from './ring-sound.js';
import idle from '../../icons/idle.svg?url';
import ringing from '../../icons/ringing.svg?url';

/** No telephone rings longer; what is said to ring after that was not ended by the PBX. */
const LONGEST_MS = 60_000;

const SILENCED_KEY = 'telephony.silenced';

/** Ids of calls whose ring the user has put away, or which rang too long; also over a reload. */
export const silenced = signal<ReadonlySet<number>>(new Set(keptInTab.readIds(SILENCED_KEY)));

function setSilenced(ids: ReadonlySet<number>): void {
  silenced.value = ids;
  keptInTab.write(SILENCED_KEY, JSON.stringify([...ids]));
}

/** Tells the other tabs of the browser: the one that rings need not be the one that is seen. */
const silencing = new BroadcastChannel('telephony-silenced');

function putAway(id: number): void {
  setSilenced(new Set(silenced.peek()).add(id));
}

export function silence(id: number): void {
  putAway(id);
  silencing.postMessage(id);
}

silencing.addEventListener('message', ({ data }: MessageEvent<number>) => putAway(data));

/** The calls that ring at the user. */
const ringingCalls = computed<readonly LiveCall[]>(() => {
  const { calls, ringing: ids } = telephony.value;
  return calls.filter(({ id }) => ids.has(id));
});

/** Who calls, of the newest call that rings; null: none does. */
export const ringingCaller = computed<string | null>(() => {
  const [call] = ringingCalls.value;
  return call === undefined ? null : nameOf(call);
});

function nameOf(call: LiveCall): string {
  const number = numberOf(call);
  return (
    telephony.value.callers.get(call.id)?.customer?.name ??
    (number === null ? shell().withheld : dialled(number))
  );
}

const endings = new Map<number, ReturnType<typeof setTimeout>>();

// Each ring ends by itself, also when the PBX does not say so.
effect(() => {
  const ids = new Set(ringingCalls.value.map(({ id }) => id));
  for (const id of ids)
    if (!endings.has(id))
      endings.set(
        id,
        setTimeout(() => putAway(id), LONGEST_MS),
      );
  for (const [id, ending] of endings) {
    if (ids.has(id)) continue;
    clearTimeout(ending);
    endings.delete(id);
    // It may ring here again, such as when it is handed on.
    setSilenced(new Set([...silenced.peek()].filter((one) => one !== id)));
  }
});

const isAudible = computed(
  () => isLeader.value && isLive.value && ringingCalls.value.some(({ id }) => !silenced.value.has(id)),
);

effect(() => {
  stopRinging();
  if (!isAudible.value) return;
  // The customer at the telephone would hear it.
  if (isOnCall.value) ringSoftly();
  else startRinging();
});

effect(() => {
  const calls = isLeader.value ? ringingCalls.value : [];
  for (const call of calls) notify(call.id, shell().incoming, nameOf(call));
  closeNotices(calls.map(({ id }) => id));
});

effect(() => {
  const caller = ringingCaller.value;
  document.title = caller === null ? shell().name : `☎ ${caller}`;
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (icon !== null) icon.href = caller === null ? idle : ringing;
});

effect(() => {
  if (isLive.value) findOutWhetherBlocked();
});
