import { Repository } from 'typeorm';
import { RevokedUser } from './revoked-user.entity.js';

/** Rows of `telephony_revoked_users`. */
export class RevokedUserRepository extends Repository<RevokedUser> {
  /** Adds a user, or moves the time of one that is on the list. By the database's clock, so that all instances agree. */
  async revoke({ userId, revokedBy, reason }: Omit<RevokedUser, 'revokedAt'>): Promise<RevokedUser> {
    await this.createQueryBuilder()
      .insert()
      .values({ userId, revokedBy, reason, revokedAt: () => 'now()' })
      .orUpdate(['revoked_at', 'revoked_by', 'reason'], ['user_id'])
      .execute();
    return this.findOneByOrFail({ userId });
  }
}
