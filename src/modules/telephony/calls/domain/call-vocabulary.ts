/** Values of the CRM's columns. */
export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const CALL_STATUSES = ['initiated', 'ringing', 'answered', 'completed', 'failed'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export const DISPOSITIONS = [
  'answered',
  'completed',
  'missed',
  'abandoned',
  'busy',
  'no_answer',
  'canceled',
  'failed',
  'answered_elsewhere',
] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

export function isOver(status: CallStatus): boolean {
  return status === 'completed' || status === 'failed';
}
