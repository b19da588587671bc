/**
 * The messages of the namespace `/telephony`, version 1, and the answer of `GET /api/telephony/live`. Changes only add
 * fields and events: ignore what you do not know. Times are ISO 8601 in UTC. This file imports nothing.
 */

export type CallStatus = 'initiated' | 'ringing' | 'answered' | 'completed' | 'failed';
export type CallDirection = 'inbound' | 'outbound';
export type AgentStatus = 'online' | 'on_call' | 'break' | 'offline';

/** A call as it is now. Of two with one id, the one with the higher `version` is newer. */
export interface LiveCall {
  readonly id: number;
  readonly provider: string;
  readonly externalCallId: string | null;
  readonly crmCallId: string | null;
  readonly taskId: number | null;
  /** CRM user who started the call, or holds the extension that has it or had it last. */
  readonly agentUserId: number | null;
  /** Extension that has the call, or had it last. */
  readonly agentPhone: string | null;
  /** Extension that answered first. */
  readonly firstAgentPhone: string | null;
  /** As received; '' while none is known. */
  readonly customerPhone: string;
  readonly customerNumberE164: string | null;
  readonly customerId: number | null;
  readonly direction: CallDirection;
  readonly status: CallStatus;
  readonly disposition: string | null;
  readonly endReason: string | null;
  readonly startedAt: string | null;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  readonly durationSeconds: number | null;
  readonly waitSeconds: number | null;
  readonly holdSeconds: number | null;
  /** Whether the PBX reported a recording of it. */
  readonly hasRecording: boolean;
  /** Always null: what is pushed goes to several users. `GET /api/telephony/calls/:id` makes one for its user. */
  readonly recordingUrl: string | null;
  readonly recordingDurationSeconds: number | null;
  readonly queueName: string | null;
  readonly trunkName: string | null;
  readonly inferred: readonly string[];
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The customer of a ringing call, as far as one statement tells; the rest by `GET /api/telephony/calls/:id/pop`. */
export interface CallerFacts {
  readonly id: number;
  readonly name: string;
  readonly phone: string | null;
  readonly email: string | null;
}

/** To the socket, when it has joined, and again when the extensions of its user have changed. */
export interface ReadyMessage {
  readonly v: 1;
  readonly userId: number;
  readonly role: 'agent' | 'supervisor';
  /** Extensions of the token, and those that the user holds. */
  readonly extensions: readonly string[];
  readonly serverTime: string;
  /** Which process answers; for support. */
  readonly instance: string;
}

/** A call rings at the user; usually once for each call and user, again after a restart or from another instance. */
export interface IncomingCallMessage {
  readonly v: 1;
  readonly call: LiveCall;
  /** null: nobody is known by this number, or several are: see `matchCount`. */
  readonly customer: CallerFacts | null;
  /** null: not known yet; `pop` tells. */
  readonly matchCount: number | null;
  /** Path of the screen-pop. */
  readonly pop: string;
}

export interface CallUpdatedMessage {
  readonly v: 1;
  readonly call: LiveCall;
}

/** The call is not the user's any more. into: the call that it was merged into; null: none. */
export interface CallGoneMessage {
  readonly v: 1;
  readonly id: number;
  readonly into: number | null;
}

export interface AgentPresenceMessage {
  readonly v: 1;
  readonly userId: number;
  readonly status: AgentStatus;
  readonly reason: string | null;
  readonly since: string;
  readonly extension: string | null;
  readonly callId: number | null;
}

/** A task of the call desk. */
export interface LiveTask {
  readonly id: number;
  readonly customerId: string;
  readonly assignedAgentId: number | null;
  readonly taskDate: string;
  readonly priority: string;
  readonly callReason: string | null;
  readonly status: string;
  readonly callOutcome: string | null;
}

export interface TaskChangedMessage {
  readonly v: 1;
  readonly task: LiveTask;
}

/** What happens at the desk; to supervisors, at most once a second, when it has changed. */
export interface BoardMessage {
  readonly v: 1;
  /** When it was so. */
  readonly at: string;
  /** Inbound calls that ring. */
  readonly ringing: number;
  /** When the one began that has been ringing longest; null: none rings. */
  readonly longestRingingSince: string | null;
  /** Calls that are answered. */
  readonly talking: number;
  /** Agents who are there, by what is shown of them. */
  readonly agents: { readonly online: number; readonly on_call: number; readonly break: number };
}

/** Fetch the snapshot again, after 0 to 2 s at random. */
export interface ResyncMessage {
  readonly v: 1;
  readonly why: string;
}

/** The token ends then, and the socket is closed. */
export interface SessionExpiringMessage {
  readonly v: 1;
  readonly at: string;
}

/** Events from the server; a client sends none. */
export interface ServerEvents {
  ready: (message: ReadyMessage) => void;
  incoming_call: (message: IncomingCallMessage) => void;
  call_updated: (message: CallUpdatedMessage) => void;
  call_gone: (message: CallGoneMessage) => void;
  agent_presence: (message: AgentPresenceMessage) => void;
  task_changed: (message: TaskChangedMessage) => void;
  board: (message: BoardMessage) => void;
  resync: (message: ResyncMessage) => void;
  session_expiring: (message: SessionExpiringMessage) => void;
}

/** `GET /api/telephony/live`: the open calls that the user may see. */
export interface LiveSnapshot {
  readonly serverTime: string;
  /** The newest first. */
  readonly calls: readonly LiveCall[];
  /** false: there are more open calls, which are older. */
  readonly isComplete: boolean;
  readonly me: {
    readonly userId: number;
    readonly role: 'agent' | 'supervisor';
    readonly extensions: readonly string[];
    readonly status: AgentStatus;
    /** Whether all calls are shown to the user. A service of before does not say it. */
    readonly seesAllCalls?: boolean;
  };
  /** A service of before does not say it. */
  readonly service?: {
    /** IANA name of the time zone of the business, in which dates and times are shown. */
    readonly timeZone: string;
    /** Whether `/api/telephony/development/scenarios` is there, which lets made-up customers call. */
    readonly hasTrialCalls: boolean;
  };
}

/** Key figures of `GET /api/telephony/reports/kpi`. Ratios are 0 to 1; null: there is nothing to divide by. */
export interface KpiFigures {
  readonly offered: number;
  readonly answered: number;
  readonly lost: number;
  readonly lostBy: {
    readonly missed: number;
    readonly abandoned: number;
    readonly busy: number;
    readonly failed: number;
  };
  readonly shortAbandoned: number;
  readonly answeredInTime: number;
  readonly answerRate: number | null;
  readonly serviceLevel: number | null;
  readonly asaSeconds: number | null;
  readonly ahtSeconds: number | null;
  readonly dialled: number;
  readonly reached: number;
  readonly recorded: number;
  readonly inferredEnds: number;
  readonly calledBack: number;
  readonly recovered: number;
  readonly firstAttemptSeconds: number | null;
}
