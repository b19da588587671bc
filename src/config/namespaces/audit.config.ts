import { namespace } from '../namespace.js';

export const auditConfig = namespace('audit', (environment) => ({
  /** Days after which entries of the audit are deleted. */
  retentionDays: environment.AUDIT_RETENTION_DAYS,
}));
