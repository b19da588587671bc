import type { AgentStatus } from '../../../client/client.js';

/** Of one figure, what it should be. */
interface Target {
  readonly least?: number;
  readonly most?: number;
  readonly mostSeconds?: number;
}

export interface BoardAgent {
  readonly userId: number;
  readonly extension: string | null;
  readonly status: AgentStatus;
  readonly reason: string | null;
  readonly since: string | null;
}

/** `GET /api/telephony/wallboard`: how it is now, and today so far. */
export interface Board {
  readonly at: string;
  readonly serviceLevelSeconds: number;
  readonly ringing: {
    readonly count: number;
    readonly longestSince: string | null;
    readonly target?: Target;
  };
  readonly talking: { readonly count: number };
  readonly freeAgents: { readonly count: number; readonly of: number; readonly target?: Target };
  readonly stillToCallBack: {
    readonly count: number;
    readonly oldestAt: string | null;
    readonly target?: Target;
    /** Query of the call log. */
    readonly link: string;
  };
  readonly answered: {
    readonly offered: number;
    readonly answered: number;
    readonly answerRate: number | null;
    readonly serviceLevel: number | null;
    readonly target?: Target;
    readonly link: string;
  };
  readonly agents: readonly BoardAgent[];
}
