import { Repository } from 'typeorm';
import { StartKey } from './start-key.entity.js';

/** Rows of `telephony_start_keys`. Callers hold the lock of the agent's starts. */
export class StartKeyRepository extends Repository<StartKey> {
  findByKey(agentUserId: number, idempotencyKey: string): Promise<StartKey | null> {
    return this.findOneBy({ agentUserId, idempotencyKey });
  }
}
