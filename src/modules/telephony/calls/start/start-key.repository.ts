import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StartKey } from './start-key.entity.js';

/** Rows of `telephony_start_keys`, under the lock of the agent's starts. */
@Injectable()
export class StartKeyRepository {
  find(manager: EntityManager, agentUserId: number, idempotencyKey: string): Promise<StartKey | null> {
    return manager.findOne(StartKey, { where: { agentUserId, idempotencyKey } });
  }

  async insert(manager: EntityManager, key: Omit<StartKey, 'createdAt'>): Promise<void> {
    await manager.insert(StartKey, key);
  }
}
