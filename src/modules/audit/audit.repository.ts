import { Repository } from 'typeorm';
import { AuditEntry } from './audit-entry.entity.js';

/** Rows of `telephony_audit`. */
export class AuditRepository extends Repository<AuditEntry> {}
