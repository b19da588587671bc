import { Repository } from 'typeorm';
import { removeOlder } from '../../database/retention.js';
import { AuditEntry } from './audit-entry.entity.js';

/** Rows of `telephony_audit`. */
export class AuditRepository extends Repository<AuditEntry> {
  /** Removes at most `limit` entries. @returns how many */
  removeOlderThan(days: number, limit: number): Promise<number> {
    return removeOlder(this, this.createQueryBuilder('entry'), { time: 'at', days, limit });
  }
}
