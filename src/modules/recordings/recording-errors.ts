import { DomainError } from '../../common/errors/domain-error.js';

/** The same for a recording that does not exist, for one of another agent's call, and for a ticket that is not valid. */
export function recordingNotFound(): DomainError {
  return new DomainError(
    'RECORDING_NOT_FOUND',
    'There is no such recording among your calls, or its address has expired: read the call again',
  );
}

export function recordingRemoved(): DomainError {
  return new DomainError('RECORDING_REMOVED', 'The copy of this recording was removed');
}

/** @param seconds until it may be there */
export function recordingNotReady(seconds: number): DomainError {
  return new DomainError(
    'RECORDING_NOT_READY',
    'The PBX does not give this recording yet. It is fetched as soon as it does',
    undefined,
    { retryAfterSeconds: seconds },
  );
}

export function tooManyRelays(): DomainError {
  return new DomainError(
    'RECORDING_NOT_READY',
    'Too many recordings of which there is no copy yet are being played. Try again in a few seconds',
    undefined,
    { retryAfterSeconds: 5 },
  );
}
