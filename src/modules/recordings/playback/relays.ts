import { tooManyRelays } from '../recording-errors.js';

/** Bounds what players hold open at the PBX, whose first task is to carry calls. */
export const MOST_RELAYS = 20;

/** For the whole of an answer, paused players and dripping bodies included. A player that is cut off asks on. */
export const LONGEST_RELAY_MS = 15 * 60_000;

/** The answers to players that an instance passes on from the PBX at the moment. */
export class Relays {
  private readonly open = new Set<AbortController>();

  /**
   * @param listener ends when the player is gone or has all of it
   * @returns ends with it, or when it takes too long
   * @throws DomainError RECORDING_NOT_READY when too many are open
   */
  begin(listener: AbortSignal): AbortSignal {
    if (this.open.size >= MOST_RELAYS) throw tooManyRelays();
    const relay = new AbortController();
    this.open.add(relay);
    const timer = setTimeout(() => relay.abort(), LONGEST_RELAY_MS);
    relay.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      this.open.delete(relay);
    });
    if (listener.aborted) relay.abort();
    else listener.addEventListener('abort', () => relay.abort());
    return relay.signal;
  }
}
