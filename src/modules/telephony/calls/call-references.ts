import type { EntityManager } from 'typeorm';
import type { ReferenceMove } from './domain/call-unit-of-work.js';

/**
 * Rows elsewhere that name a call by its id, such as the receipts of its events. The port through which they follow when
 * two rows turn out to be one call, or a miss is another call's; whoever keeps such rows implements it.
 */
export abstract class CallReferences {
  /** Carries the moves out in their order, in the transaction of `manager`. */
  abstract move(manager: EntityManager, moves: readonly ReferenceMove[]): Promise<void>;
}
