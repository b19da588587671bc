import type { AgentIdentity } from '../../auth/agent-identity.js';

/** A recording of a call, as its user may hear it. */
export interface PlayableRecording {
  readonly id: number;
  /** Where it is played, for the user it was made for and for an hour; null: it cannot be heard. */
  readonly url: string | null;
  readonly durationSeconds: number | null;
  /** When it was reported. */
  readonly at: Date;
}

/** Port for the addresses at which recordings are played. The module of recordings implements it. */
export abstract class PlaybackLinks {
  /**
   * The recordings of calls that the user may see, by call, in the order in which they were reported.
   * @param callIds calls without a recording are missing in the result
   */
  abstract ofCalls(
    agent: AgentIdentity,
    callIds: readonly number[],
  ): Promise<ReadonlyMap<number, readonly PlayableRecording[]>>;
}
