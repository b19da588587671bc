import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../../common/errors/domain-error.js';

/** The token of an `Authorization` header. @throws DomainError UNAUTHENTICATED when there is none */
export function bearerTokenOf(authorization: string | undefined): string {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!token) {
    throw new DomainError('UNAUTHENTICATED', 'Send a token in the header "Authorization: Bearer <token>"');
  }
  return token;
}

/** @throws DomainError UNAUTHENTICATED unless the header carries exactly that token */
export function checkBearer(authorization: string | undefined, expected: string): void {
  // timingSafeEqual needs buffers of equal length; comparing hashes also hides the length of the token.
  if (!timingSafeEqual(sha256(bearerTokenOf(authorization)), sha256(expected))) {
    throw new DomainError('UNAUTHENTICATED', 'The token is not the one that is expected here');
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
