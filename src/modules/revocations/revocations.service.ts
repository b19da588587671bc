import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../../common/errors/domain-error.js';
import { afterCommit, inTransaction } from '../../database/transaction.js';
import { type Act, AuditService } from '../audit/audit.service.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { ChangeFeed } from '../change-feed/change-feed.js';
import { RevocationList } from './revocation-list.service.js';
import type { RevokedUser } from './revoked-user.entity.js';
import { RevokedUserRepository } from './revoked-user.repository.js';

/** Withdraws the tokens of users. `by` null: an operator at the command line. */
@Injectable()
export class RevocationsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: RevokedUserRepository,
    private readonly list: RevocationList,
    private readonly audit: AuditService,
    private readonly feed: ChangeFeed,
  ) {}

  /** A page of the list, the latest revocation first. @param page from 1 */
  async getPage(page: number, limit: number): Promise<{ items: RevokedUser[]; total: number }> {
    const [items, total] = await this.users.findAndCount({
      order: { revokedAt: 'DESC', userId: 'DESC' },
      skip: (page - 1) * limit,
      take: limit,
    });
    return { items, total };
  }

  /** @throws DomainError REVOCATION_NOT_FOUND */
  async get(userId: number): Promise<RevokedUser> {
    const found = await this.users.findOneBy({ userId });
    if (found === null) throw notFound(userId);
    return found;
  }

  /** Refuses all tokens of the user that were issued until now. In force at once here, and as soon as the change feed tells it, within 5 seconds, elsewhere. */
  async revoke(by: AgentIdentity | null, userId: number, reason: string | null): Promise<RevokedUser> {
    const revoked = await inTransaction(this.dataSource, async (manager) => {
      await this.audit.record(manager, { agent: by, action: 'user.revoke', subject: `user:${userId}` });
      this.announce(manager);
      const users = manager.withRepository(this.users);
      return users.revoke({ userId, revokedBy: by?.userId ?? null, reason });
    });
    this.list.apply(userId, revoked.revokedAt);
    return revoked;
  }

  /**
   * Accepts tokens of the user again, also those issued before the revocation.
   * @throws DomainError REVOCATION_NOT_FOUND
   */
  async restore(by: AgentIdentity | null, userId: number): Promise<void> {
    const act: Act = { agent: by, action: 'user.restore', subject: `user:${userId}` };
    await this.audit.recordingRefusals(act, () =>
      inTransaction(this.dataSource, async (manager) => {
        const { affected } = await manager.withRepository(this.users).delete({ userId });
        if (affected === 0) throw notFound(userId);
        await this.audit.record(manager, act);
        this.announce(manager);
      }),
    );
    this.list.apply(userId, null);
  }

  private announce(manager: EntityManager): void {
    afterCommit(manager, () => this.feed.announce({ revocations: true }));
  }
}

function notFound(userId: number): DomainError {
  return new DomainError('REVOCATION_NOT_FOUND', `The tokens of user ${userId} are not revoked`);
}
