import { createSecretKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { authConfig } from '../../config/namespaces/auth.config.js';
import { DomainError } from '../../common/errors/domain-error.js';
import { remoteKeySet } from './remote-key-set.js';
import { identityFromClaims, type AgentIdentity } from './agent-identity.js';
import { RevokedUsers } from './revoked-users.js';

/** The only algorithm that is verified with the shared secret. */
const SECRET_ALGORITHM = 'HS256';
/** The algorithms of the identity provider's public keys. */
const KEY_SET_ALGORITHMS = ['RS256', 'ES256'];

/** Allowed difference between the clocks of the token issuer and of this machine. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** Errors of jose caused by the token; all others are caused by the service or the identity provider. */
const TOKEN_ERRORS = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSMultipleMatchingKeys,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTInvalid,
];

/** What a verified token says. */
export interface AgentSession {
  readonly agent: AgentIdentity;
  /** `iat`, Unix seconds; undefined: the token has none. */
  readonly issuedAt: number | undefined;
  readonly expiresAt: Date;
}

/** Verifies a bearer token and returns its agent. */
@Injectable()
export class AccessTokenVerifier {
  private readonly algorithms: string[];
  private readonly keyOf: JWTVerifyGetKey;

  constructor(
    @Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>,
    private readonly revokedUsers: RevokedUsers,
  ) {
    const { jwtSecret, jwksUrl } = config;
    // jose keeps what it makes of a key object; bytes are made a key for each token anew.
    const secret = jwtSecret === null ? null : createSecretKey(jwtSecret, 'utf8');
    const keySet = jwksUrl === null ? null : remoteKeySet(new URL(jwksUrl));

    this.algorithms = [...(secret ? [SECRET_ALGORITHM] : []), ...(keySet ? KEY_SET_ALGORITHMS : [])];
    // Selecting the key by algorithm prevents that a public key is used as the HMAC secret.
    this.keyOf = (header, token) => {
      const key = header.alg === SECRET_ALGORITHM ? secret : keySet?.(header, token);
      if (!key) {
        throw new errors.JOSEAlgNotAllowed();
      }
      return key;
    };
  }

  /**
   * @throws DomainError UNAUTHENTICATED, TOKEN_REVOKED, FORBIDDEN, CUSTOMER_TOKEN_REFUSED, or IDENTITY_PROVIDER_UNAVAILABLE when the key
   * set cannot be fetched
   */
  async verify(token: string): Promise<AgentIdentity> {
    return (await this.verifySession(token)).agent;
  }

  /** Like {@link verify}, for who holds on to the token: with the times of the token. */
  async verifySession(token: string): Promise<AgentSession> {
    const { issuer, audience } = this.config;
    try {
      const { payload } = await jwtVerify(token, this.keyOf, {
        algorithms: this.algorithms,
        issuer: issuer ?? undefined,
        audience: audience ?? undefined,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      const agent = identityFromClaims(payload, this.config);
      if (this.revokedUsers.isRevoked(agent.userId, payload.iat)) throw tokenRevoked();
      return { agent, issuedAt: payload.iat, expiresAt: new Date(Number(payload.exp) * 1000) };
    } catch (error) {
      throw domainErrorOf(error);
    }
  }
}

function tokenRevoked(): DomainError {
  return new DomainError(
    'TOKEN_REVOKED',
    'The tokens of this user were withdrawn: sign in again, or ask a supervisor',
  );
}

function domainErrorOf(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof errors.JWTExpired) {
    return new DomainError('UNAUTHENTICATED', 'The token has expired: sign in again', undefined, {
      cause: error,
    });
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new DomainError(
      'UNAUTHENTICATED',
      `The token is not valid here and now: its "${error.claim}" claim is missing or wrong`,
      undefined,
      { cause: error },
    );
  }
  if (TOKEN_ERRORS.some((type) => error instanceof type)) {
    return new DomainError(
      'UNAUTHENTICATED',
      'The token is malformed or not signed by a party trusted here',
      undefined,
      {
        cause: error,
      },
    );
  }
  return new DomainError(
    'IDENTITY_PROVIDER_UNAVAILABLE',
    'The keys to check this token with cannot be fetched. Try again in a moment',
    undefined,
    { cause: error },
  );
}
