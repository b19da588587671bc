import type { ErrorCode } from '../../../../common/errors/error-code.js';

const PBX_ERRORS = [
  'PBX_REFUSED',
  'PBX_UNREACHABLE',
  'PBX_UNINTELLIGIBLE',
  'PBX_CIRCUIT_OPEN',
  'PBX_TIMEOUT',
] as const satisfies ErrorCode[];

/** Error codes of a start. */
export const START_ERRORS = [
  'VALIDATION_FAILED',
  'FORBIDDEN',
  'EXTENSION_NOT_YOURS',
  'IDEMPOTENCY_KEY_REUSED',
  'CALL_OUTCOME_UNKNOWN',
  'NUMBER_INVALID',
  'NUMBER_EMERGENCY',
  'NUMBER_SHORT_CODE',
  'NUMBER_COUNTRY_NOT_ALLOWED',
  'CALL_LIMIT_REACHED',
  ...PBX_ERRORS,
] as const satisfies ErrorCode[];

/** Error codes of a call from a task. */
export const INITIATE_ERRORS = [
  ...START_ERRORS,
  'TASK_NOT_FOUND',
  'TASK_HAS_NO_NUMBER',
] as const satisfies ErrorCode[];

/** Error codes of a hangup. */
export const HANGUP_ERRORS = [
  'VALIDATION_FAILED',
  'CALL_NOT_FOUND',
  ...PBX_ERRORS,
] as const satisfies ErrorCode[];

/** Error codes of a transfer. */
export const TRANSFER_ERRORS = [
  ...HANGUP_ERRORS,
  'NUMBER_EMERGENCY',
  'NUMBER_SHORT_CODE',
] as const satisfies ErrorCode[];
