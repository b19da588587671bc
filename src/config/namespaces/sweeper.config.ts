import type { Environment } from '../environment.js';
import { namespace } from '../namespace.js';

/** Time to store the PBX's answer to a start after it was received. */
const ANSWER_GRACE_SECONDS = 10;

/** When the sweeper closes calls whose end the PBX did not report; all values in seconds. */
export const sweeperConfig = namespace('sweeper', (environment) => ({
  intervalSeconds: environment.SWEEP_INTERVAL_SECONDS,
  limits: {
    /** Of a started call without an id of the PBX. */
    unplaced: unplacedLimit(environment),
    /** Of a started call with an id, for which the PBX reported no event. */
    silent: environment.SWEEP_SILENT_SECONDS,
    ringing: environment.SWEEP_RINGING_SECONDS,
    /** Of a call that a machine answered. */
    unattended: environment.SWEEP_UNATTENDED_SECONDS,
    /** Since an agent asked to hang up. */
    hangup: environment.SWEEP_HANGUP_SECONDS,
    answered: environment.SWEEP_ANSWERED_SECONDS,
  },
}));

/** Longer than the timeout of the start request: the sweeper must not close a call that the PBX may still accept. */
function unplacedLimit({ SWEEP_UNPLACED_SECONDS, BRACKNET_TIMEOUT_MS }: Environment): number {
  return Math.max(SWEEP_UNPLACED_SECONDS, Math.ceil(BRACKNET_TIMEOUT_MS / 1000) + ANSWER_GRACE_SECONDS);
}
