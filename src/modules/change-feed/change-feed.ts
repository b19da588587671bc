import { Injectable, Logger } from '@nestjs/common';
import type { Change } from './change.js';

export type ChangeListener = (change: Change) => void;

/** Called when announcements of other instances may have been lost. */
export type GapListener = (why: string) => void;

/**
 * Tells this instance, and the others, what was committed. Listeners of this instance are called at once, before any other
 * instance is told: a feed that is away never delays them. It never throws and never waits.
 */
@Injectable()
export class ChangeFeed {
  private readonly logger = new Logger(ChangeFeed.name);
  private readonly listeners = new Set<ChangeListener>();
  private readonly gapListeners = new Set<GapListener>();
  private readonly ownListeners = new Set<ChangeListener>();
  private problem: string | null = null;

  /** Why the other instances cannot be told, nor heard; null: they can, or there are none. */
  get outage(): string | null {
    return this.problem;
  }

  get isUp(): boolean {
    return this.problem === null;
  }

  /** To be called after the commit: see `afterCommit` in `database/transaction.ts`. */
  announce(change: Change): void {
    this.call(this.listeners, change);
    this.call(this.ownListeners, change);
  }

  /** @returns a function that ends the subscription */
  onChange(listener: ChangeListener): () => void {
    return subscribe(this.listeners, listener);
  }

  /** @returns a function that ends the subscription */
  onGap(listener: GapListener): () => void {
    return subscribe(this.gapListeners, listener);
  }

  /** Changes of this instance alone, for what one instance has to do. @returns a function that ends the subscription */
  onOwnChange(listener: ChangeListener): () => void {
    return subscribe(this.ownListeners, listener);
  }

  /** Another instance has announced this. */
  receive(change: Change): void {
    this.call(this.listeners, change);
  }

  /** Announcements of other instances may have been lost. */
  reportGap(why: string): void {
    this.call(this.gapListeners, why);
  }

  /** @param problem null: the other instances can be told and heard again */
  reportOutage(problem: string | null): void {
    this.problem = problem;
  }

  private call<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
    for (const listener of listeners) {
      try {
        listener(value);
      } catch (error) {
        this.logger.error('A change could not be handled', error);
      }
    }
  }
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
