import type { AgentStatus } from '../../../client/client.js';

export interface BoardAgent {
  readonly userId: number;
  readonly extension: string | null;
  readonly status: AgentStatus;
  readonly reason: string | null;
  readonly since: string | null;
}

/** `GET /api/telephony/wallboard`: how it is now, and today so far. A `link` is a query of the call log. */
export interface Board {
  readonly at: string;
  readonly serviceLevelSeconds: number;
  readonly ringing: {
    readonly count: number;
    readonly longestSince: string | null;
    readonly target: { readonly mostSeconds: number };
    readonly link: string;
  };
  readonly talking: { readonly count: number; readonly link: string };
  readonly freeAgents: {
    readonly count: number;
    readonly of: number;
    readonly target: { readonly least: number };
  };
  readonly stillToCallBack: {
    readonly count: number;
    readonly oldestAt: string | null;
    readonly target: { readonly most: number };
    readonly link: string;
  };
  readonly answered: {
    readonly offered: number;
    readonly answered: number;
    readonly lost: number;
    readonly answerRate: number | null;
    readonly serviceLevel: number | null;
    /** Of the answer rate. */
    readonly target: { readonly least: number };
    /** Of the lost calls. */
    readonly link: string;
  };
  readonly agents: readonly BoardAgent[];
}
