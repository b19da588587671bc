import { isOpen, LiveCalls, type Mark } from './live-calls.js';
import { Rings } from './rings.js';
import type { Caller, ConnectionStatus, TelephonyEvents, TelephonyState } from './telephony-state.js';
import type { IncomingCallMessage, LiveCall, LiveSnapshot, ServerEvents } from './wire.js';

/** Calls that were announced as ringing, so that each is announced once. */
const KEPT_ANNOUNCEMENTS = 1000;

type Listener<T> = (payload: T) => void;
type Listeners = { readonly [E in keyof TelephonyEvents]: Set<Listener<TelephonyEvents[E]>> };

/** The state that the page shows, and those who listen to it. */
export class StateStore {
  private readonly known = new LiveCalls();
  private readonly announced = new Set<number>();
  private readonly rings = new Rings();
  private readonly changeListeners = new Set<() => void>();
  private readonly listeners: Listeners = {
    incoming: new Set(),
    presence: new Set(),
    task: new Set(),
    board: new Set(),
    message: new Set(),
  };

  state: TelephonyState = {
    connection: { status: 'connecting', code: null, reason: null },
    me: null,
    service: null,
    calls: [],
    ended: [],
    ringing: new Set(),
    callers: new Map(),
  };

  subscribe(listener: () => void): () => void {
    // A function of its own for each subscription: one listener may subscribe twice.
    const call = (): void => listener();
    this.changeListeners.add(call);
    return () => void this.changeListeners.delete(call);
  }

  on<E extends keyof TelephonyEvents>(event: E, listener: Listener<TelephonyEvents[E]>): () => void {
    const call: Listener<TelephonyEvents[E]> = (payload) => listener(payload);
    this.listeners[event].add(call);
    return () => void this.listeners[event].delete(call);
  }

  emit<E extends keyof TelephonyEvents>(event: E, payload: TelephonyEvents[E]): void {
    for (const listener of Array.from(this.listeners[event])) run(() => listener(payload));
  }

  setConnection(status: ConnectionStatus, code: string | null = null, reason: string | null = null): void {
    const { connection } = this.state;
    if (connection.status === status && connection.code === code && connection.reason === reason) return;
    this.change({ connection: { status, code, reason } });
  }

  mark(): Mark {
    return this.known.mark();
  }

  /** Returns the ids that are to be read to tell whether they are still the user's. */
  applySnapshot({ calls, me, service }: LiveSnapshot, asked: Mark): number[] {
    const doubtful = this.known.applySnapshot(calls, asked);
    this.change({ me, service: service ?? null });
    return doubtful;
  }

  settle(id: number, call: LiveCall | null, asked: Mark): void {
    this.known.settle(id, call, asked);
    this.change({});
  }

  /** Announces calls that ring at the user and whose message was missed. */
  announceRinging(): void {
    const { me, calls } = this.state;
    for (const call of calls) {
      const isMine =
        me?.role === 'agent' ||
        call.agentUserId === me?.userId ||
        (call.agentPhone !== null && me?.extensions.includes(call.agentPhone));
      if (isMine && call.direction === 'inbound' && call.status === 'ringing') {
        this.announce(call, { customer: null, matchCount: null, pop: `/api/telephony/calls/${call.id}/pop` });
      }
    }
  }

  /** Returns the call when it is to be read, to tell whether it is still the user's. */
  readonly handlers = {
    incoming_call: (message: IncomingCallMessage): number | null => {
      const { call, customer, matchCount, pop } = message;
      const doubtful = this.update(call);
      this.announce(call, { customer, matchCount, pop });
      return doubtful;
    },
    call_updated: ({ call }: Parameters<ServerEvents['call_updated']>[0]): number | null => this.update(call),
    call_gone: ({ id }: Parameters<ServerEvents['call_gone']>[0]): null => {
      this.known.remove(id);
      this.change({});
      return null;
    },
    agent_presence: (message: Parameters<ServerEvents['agent_presence']>[0]): null => {
      const { me } = this.state;
      if (me?.userId === message.userId) this.change({ me: { ...me, status: message.status } });
      this.emit('presence', message);
      return null;
    },
    task_changed: ({ task }: Parameters<ServerEvents['task_changed']>[0]): null => {
      this.emit('task', task);
      return null;
    },
  };

  private update(call: LiveCall): number | null {
    const isClear = this.known.apply(call);
    this.change({});
    return isClear ? null : call.id;
  }

  private announce(call: LiveCall, caller: Caller): void {
    const current = this.known.find(call.id);
    if (current === null) return;
    const callers = new Map(this.state.callers).set(call.id, caller);
    const isToldBefore = this.announced.has(call.id);
    if (isOpen(current)) this.rings.add(call);
    this.change(!isToldBefore || caller.matchCount !== null ? { callers } : {});
    if (isToldBefore || !this.state.ringing.has(call.id)) return;
    this.announced.add(call.id);
    const [oldest] = this.announced;
    if (this.announced.size > KEPT_ANNOUNCEMENTS && oldest !== undefined) this.announced.delete(oldest);
    this.emit('incoming', { call: current, ...caller });
  }

  /** Makes a new state, and tells it, if anything of it is new. */
  private change(part: Partial<TelephonyState>): void {
    const { calls, ended } = this.known.current();
    const ringing = this.rings.among(calls, this.state.ringing);
    const next = { ...this.state, ...part, calls, ended, ringing };
    const keys = Object.keys(next) as (keyof TelephonyState)[];
    if (keys.every((key) => next[key] === this.state[key])) return;
    const shown = new Set([...calls, ...ended].map(({ id }) => id));
    const callers = [...next.callers].filter(([id]) => shown.has(id));
    this.state = { ...next, callers: callers.length === next.callers.size ? next.callers : new Map(callers) };
    for (const listener of Array.from(this.changeListeners)) run(listener);
  }
}

/** Runs a listener of the page: its error is reported as of any event, and keeps no other listener from running. */
function run(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
