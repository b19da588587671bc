import type { Environment } from '../environment.js';
import { namespace } from '../namespace.js';

/** What comes between the PBX's answer to a start and its place in the row. */
const ANSWER_GRACE_SECONDS = 10;

/** When calls that the PBX has forgotten are given up; all in seconds. */
export const sweeperConfig = namespace('sweeper', (environment) => ({
  intervalSeconds: environment.SWEEP_INTERVAL_SECONDS,
  limits: {
    /** Started, and the PBX gave it no id. */
    unplaced: unplacedLimit(environment),
    /** Started, with an id, and the PBX reported nothing. */
    silent: environment.SWEEP_SILENT_SECONDS,
    ringing: environment.SWEEP_RINGING_SECONDS,
    /** Since an agent asked to hang up. */
    hangup: environment.SWEEP_HANGUP_SECONDS,
    answered: environment.SWEEP_ANSWERED_SECONDS,
  },
}));

/** A call is not given up while the PBX may still answer the request for it. */
function unplacedLimit({ SWEEP_UNPLACED_SECONDS, BRACKNET_TIMEOUT_MS }: Environment): number {
  return Math.max(SWEEP_UNPLACED_SECONDS, Math.ceil(BRACKNET_TIMEOUT_MS / 1000) + ANSWER_GRACE_SECONDS);
}
