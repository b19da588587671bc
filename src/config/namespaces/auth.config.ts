import { extensionRule } from '../../common/extension.js';
import { developmentSecret } from '../credentials/development-secret.js';
import type { Environment } from '../environment.js';
import { namespace } from '../namespace.js';

export const authConfig = namespace('auth', (environment) => ({
  /** Shared HS256 secret; null only when `jwksUrl` is set. */
  jwtSecret: environment.JWT_SECRET ?? generatedSecret(environment),
  /** RS256/ES256 keys of an identity provider; null: HS256 only. */
  jwksUrl: environment.JWT_JWKS_URL ?? null,
  issuer: environment.JWT_ISSUER ?? null,
  audience: environment.JWT_AUDIENCE ?? null,
  supervisorRoles: environment.AUTH_SUPERVISOR_ROLES,
  /** Roles that make a token without a `type` one of staff. */
  staffRoles: [...new Set([...environment.AUTH_STAFF_ROLES, ...environment.AUTH_SUPERVISOR_ROLES])],
  /** Roles that see all calls, and the reports, without being supervisors. */
  seeAllRoles: environment.AUTH_SEE_ALL_ROLES,
  /** What the extension of a token may be. */
  extensions: extensionRule(environment.TELEPHONY_EXTENSION_PATTERN, environment.TELEPHONY_EXTENSION_ALLOW),
}));

/** null with a key set alone: HS256 stays off. Never runs in production, which requires a secret or a key set. */
function generatedSecret(environment: Environment): string | null {
  return environment.JWT_JWKS_URL ? null : developmentSecret(environment.DATA_FOLDER);
}
