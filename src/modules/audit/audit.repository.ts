import { Repository } from 'typeorm';
import { type RemovedRows, removeOlder } from '../../database/retention.js';
import { AuditEntry } from './audit-entry.entity.js';

/** Rows of `telephony_audit`. */
export class AuditRepository extends Repository<AuditEntry> {
  /** Removes at most `limit` entries. */
  removeOlderThan(days: number, limit: number): Promise<RemovedRows> {
    return removeOlder(this, this.createQueryBuilder('entry'), { time: 'at', days, limit });
  }
}
