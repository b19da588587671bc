import type {
  AgentPresenceMessage,
  BoardMessage,
  CallerFacts,
  LiveCall,
  LiveSnapshot,
  LiveTask,
  ServerEvents,
} from './wire.js';

/**
 * - `connecting`: there was no snapshot yet.
 * - `live`: what is shown is the state of the server.
 * - `stale`: what is shown may be out of date; the client connects again by itself.
 * - `refused`: the service does not let this user in, see `code`; the client asks for another token and tries again.
 * - `closed`: by `close()`.
 */
export type ConnectionStatus = 'connecting' | 'live' | 'stale' | 'refused' | 'closed';

export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Error code of the service when it refuses, such as UNAUTHENTICATED; NO_TOKEN: `getToken` gave none. */
  readonly code: string | null;
  /** For a log, in English. */
  readonly reason: string | null;
}

/** Who calls, as far as the message of the ringing call told. */
export interface Caller {
  readonly customer: CallerFacts | null;
  /** How many customers have this number; null: not known yet, or the message was missed; `pop` tells. */
  readonly matchCount: number | null;
  /** Path of the screen-pop. */
  readonly pop: string;
}

export interface IncomingCall extends Caller {
  readonly call: LiveCall;
}

/** Immutable: another object after each change, the same object until then. */
export interface TelephonyState {
  readonly connection: ConnectionState;
  /** null before the first snapshot. */
  readonly me: LiveSnapshot['me'] | null;
  /** What the service says of itself; null before the first snapshot, and from a service of before. */
  readonly service: NonNullable<LiveSnapshot['service']> | null;
  /** Open calls that the user may see, the newest first. */
  readonly calls: readonly LiveCall[];
  /** Calls that ended while the page was open, the last to change first; at most 20. */
  readonly ended: readonly LiveCall[];
  /** Ids of the open calls that ring at the user; of a transfer while another agent still has the call. */
  readonly ringing: ReadonlySet<number>;
  /** Who calls, by call id; of the calls that were ringing at the user. */
  readonly callers: ReadonlyMap<number, Caller>;
}

export type AnyMessage = {
  readonly [E in keyof ServerEvents]: { readonly event: E; readonly message: Parameters<ServerEvents[E]>[0] };
}[keyof ServerEvents];

export interface TelephonyEvents {
  /** A call rings at the user; once for each call, also after a reload in which its message was missed. */
  incoming: IncomingCall;
  presence: AgentPresenceMessage;
  task: LiveTask;
  /** The figures of the desk; to supervisors. */
  board: BoardMessage;
  /** Each message as it arrives, for a log. */
  message: AnyMessage;
}
