import { computed, signal } from '@preact/signals';
import { createTelephonyClient, type TelephonyClient, type TelephonyState } from '../../client/client.js';
import { sessionEnded, wasOpen } from '../session/session.js';
import { token } from '../session/token.js';
import { setServerTime } from './clock.js';

const INITIAL: TelephonyState = {
  connection: { status: 'connecting', code: null, reason: null },
  me: null,
  service: null,
  calls: [],
  ended: [],
  ringing: new Set(),
  callers: new Map(),
};

/** The state of calls as the service last told it. */
export const telephony = signal<TelephonyState>(INITIAL);

/** Who is signed in; null before the first snapshot. */
export const me = computed(() => telephony.value.me);

/** Whether the user has a telephone: without one nothing rings here, and no call can be placed. */
export const hasPhone = computed(() => (me.value?.extensions ?? []).length > 0);

/** Under which the browser keeps what belongs to one user; null before the first snapshot. */
export const userId = computed(() => me.value?.userId ?? null);

/** Whether the service shows the user the calls of everybody. */
export const seesAllCalls = computed(
  () => me.value?.role === 'supervisor' || me.value?.seesAllCalls === true,
);

export type ConnectionStatus = TelephonyState['connection']['status'];
export const connection = computed<ConnectionStatus>(() => telephony.value.connection.status);

/** Whether what is shown is the state of the service, and requests can be made. */
export const isLive = computed(() => connection.value === 'live');

/** When the connection was lost; null: it is not. */
export const lostAt = signal<number | null>(null);

/** Counts what may have made lists that were read over HTTP out of date: connecting again, and `resync`. */
export const refreshes = signal(0);

/** Refusals that another token may end; the others are said with their words. */
const TOKEN_CODES = new Set([
  'UNAUTHENTICATED',
  'TOKEN_REVOKED',
  'NO_TOKEN',
  'FORBIDDEN',
  'CUSTOMER_TOKEN_REFUSED',
]);

let used: string | null = null;

/** Connected from the first reading on, for as long as the page is open. */
export const client: TelephonyClient = createTelephonyClient({
  getToken: () => {
    used = token.peek();
    return used;
  },
});

client.on('message', ({ event, message }) => {
  if (event === 'ready') setServerTime(message.serverTime);
  if (event === 'resync') refreshes.value += 1;
});

client.subscribe(() => {
  const { connection: former } = telephony.peek();
  const formerUser = userId.peek();
  const next = client.getSnapshot();
  telephony.value = next;
  // Lists, dialogs and notes in the memory of the page are of somebody else.
  if (formerUser !== null && userId.peek() !== formerUser) location.reload();
  const { status, code } = next.connection;
  if (next.connection === former) return;
  if (status === 'live') {
    wasOpen.value = true;
    lostAt.value = null;
    refreshes.value += 1;
  } else if (former.status === 'live') {
    lostAt.value = Date.now();
  }
  if (status === 'refused' && code !== null && TOKEN_CODES.has(code)) sessionEnded(used, code);
});

let known = token.peek();
// By this page or in another tab somebody has signed in or out.
token.subscribe((given) => {
  if (given === known) return;
  known = given;
  client.reconnect();
});
