import type { AgentPresenceMessage } from '../../client/wire.js';

export type AgentPresence = Omit<AgentPresenceMessage, 'v'>;

/** Presence of agents. The module of presence implements it. */
export abstract class PresenceReader {
  /** Of these users, as far as it is known. */
  abstract read(userIds: readonly number[]): Promise<AgentPresence[]>;
}

/** Who sits where. The module of extensions implements it. */
export abstract class HeldExtensions {
  /** Extensions that the user holds now, from memory. */
  abstract of(userId: number): readonly string[];
}
