/**
 * Acts that are recorded. `route.call`: a request of a user whose role may not call the route. Names are stable:
 * supervisors filter by them.
 */
export const AUDIT_ACTIONS = [
  'call.start',
  'call.hangup',
  'call.transfer',
  'call.customer',
  'task.update',
  'receipt.replay',
  'receipt.discard',
  'receipt.view',
  'number.view',
  'number.erase',
  'route.call',
  'user.revoke',
  'user.restore',
  'call.clear',
  'extension.assign',
  'extension.remove',
  'extension.claim',
  'recording.hold',
  'recording.release',
  'recording.fetch',
  'call.export',
  'task.export',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/**
 * done: the act was carried out; refused: a rule of this service forbade it; failed: it was attempted, and the PBX or this
 * service failed.
 */
export const AUDIT_OUTCOMES = ['done', 'refused', 'failed'] as const;

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];
