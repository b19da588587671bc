/** Bounds of the sockets that have not signed in yet. */
export const UNJOINED_BOUNDS = {
  /** Of one address, or of one IPv6 /64 network. */
  perNetwork: 20,
  inAll: 200,
} as const;

export interface JoinedBounds {
  readonly inAll: number;
  readonly perUser: number;
}

/** A place of a socket in {@link SocketLimits}. */
export interface SocketPlace {
  readonly network: string;
  /** null: it has not joined yet. */
  userId: number | null;
  /** Its connection is closed. */
  hasLeft: boolean;
}

/** Counts sockets, before they have joined by their network, and afterwards by their user. */
export class SocketLimits {
  private readonly unjoined = new Tally<string>();
  private readonly joined = new Tally<number>();

  constructor(private readonly bounds: JoinedBounds) {}

  /** @returns the bound that leaves no room, or the place of the socket, to be given to {@link leave} */
  enter(network: string): SocketPlace | 'address_crowded' | 'unjoined_crowded' {
    if (this.unjoined.of(network) >= UNJOINED_BOUNDS.perNetwork) return 'address_crowded';
    if (this.unjoined.total >= UNJOINED_BOUNDS.inAll) return 'unjoined_crowded';
    this.unjoined.add(network);
    return { network, userId: null, hasLeft: false };
  }

  /** @returns the bound that leaves no room, `left` when its connection is closed; null: the socket has joined */
  join(place: SocketPlace, userId: number): 'left' | 'user_crowded' | 'crowded' | null {
    if (place.hasLeft) return 'left';
    if (this.joined.of(userId) >= this.bounds.perUser) return 'user_crowded';
    if (this.joined.total >= this.bounds.inAll) return 'crowded';
    this.unjoined.remove(place.network);
    place.userId = userId;
    this.joined.add(userId);
    return null;
  }

  /** To be called when the socket is closed. */
  leave(place: SocketPlace): void {
    if (place.hasLeft) return;
    place.hasLeft = true;
    if (place.userId === null) this.unjoined.remove(place.network);
    else this.joined.remove(place.userId);
  }
}

class Tally<Key> {
  total = 0;
  private readonly counts = new Map<Key, number>();

  of(key: Key): number {
    return this.counts.get(key) ?? 0;
  }

  add(key: Key): void {
    this.total += 1;
    this.counts.set(key, this.of(key) + 1);
  }

  remove(key: Key): void {
    this.total -= 1;
    const left = this.of(key) - 1;
    if (left > 0) this.counts.set(key, left);
    else this.counts.delete(key);
  }
}
