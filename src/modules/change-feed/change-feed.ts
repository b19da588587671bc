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

  /** To be called after the commit: see `afterCommit` in `database/transaction.ts`. */
  announce(change: Change): void {
    this.deliver(change);
  }

  /** @returns a function that ends the subscription */
  onChange(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @returns a function that ends the subscription */
  onGap(listener: GapListener): () => void {
    this.gapListeners.add(listener);
    return () => this.gapListeners.delete(listener);
  }

  /** Whether the other instances can be told and heard. In one process there are none. */
  get isUp(): boolean {
    return true;
  }

  /** Announcements of other instances may have been lost. */
  reportGap(why: string): void {
    for (const listener of this.gapListeners) listener(why);
  }

  private deliver(change: Change): void {
    for (const listener of this.listeners) {
      try {
        listener(change);
      } catch (error) {
        this.logger.error('A change could not be handled', error);
      }
    }
  }
}
