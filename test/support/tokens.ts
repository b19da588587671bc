import { createHmac } from 'node:crypto';
import { DomainError } from '../../src/common/errors/domain-error.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { AccessTokenVerifier } from '../../src/modules/auth/access-token.verifier.js';
import type { RevokedUsers } from '../../src/modules/auth/revoked-users.js';

export const JWT_SECRET = 'the-secret-that-crm-and-telephony-share';

/** Claims as the CRM writes them for its staff and for shop customers. */
export const STAFF = { id: 7, email: 'rima@example.com', roleId: 3, roleSlug: 'agent', type: 'user' };
export const CUSTOMER = {
  id: 7,
  email: 'c@example.com',
  phone: '01712345678',
  roleSlug: 'customer-account',
  type: 'customer',
};

export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Issued now, valid for an hour. */
export function validTimes(): { iat: number; exp: number } {
  return { iat: secondsFromNow(0), exp: secondsFromNow(3600) };
}

export function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Signs any claims, as an attacker's tool would; without a secret, omits the signature. */
export function forge(
  header: object,
  claims: object,
  secret: string | null = JWT_SECRET,
  hash = 'sha256',
): string {
  const content = `${encoded(header)}.${encoded(claims)}`;
  return `${content}.${secret === null ? '' : createHmac(hash, secret).update(content).digest('base64url')}`;
}

export function crmToken(claims: object): string {
  return forge({ alg: 'HS256', typ: 'JWT' }, { ...validTimes(), ...claims });
}

export const NOBODY_REVOKED: RevokedUsers = { isRevoked: () => false, onChange: () => () => {} };

export function verifierWith(env: NodeJS.ProcessEnv = {}): AccessTokenVerifier {
  const { auth } = loadConfiguration({ NODE_ENV: 'test', JWT_SECRET, ...env });
  return new AccessTokenVerifier(auth, NOBODY_REVOKED);
}

export async function refusalOf(token: string, verifier = verifierWith()): Promise<DomainError> {
  const outcome: unknown = await verifier.verify(token).catch((error: unknown) => error);
  if (outcome instanceof DomainError) return outcome;
  throw new Error('not refused', { cause: outcome });
}
