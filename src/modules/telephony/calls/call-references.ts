import type { EntityManager } from 'typeorm';
import type { ReferenceMove } from './domain/call-moves.js';

/**
 * Port for tables that refer to a call by its id, such as the receipts of its events. It updates those ids when two rows
 * are merged into one call, or a miss is reassigned to another call. ReceiptsModule implements it.
 */
export abstract class CallReferences {
  /** Applies the moves in order, in the transaction of `manager`. */
  abstract move(manager: EntityManager, moves: readonly ReferenceMove[]): Promise<void>;
}
