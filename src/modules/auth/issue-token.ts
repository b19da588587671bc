import { SignJWT } from 'jose';

export interface TokenRequest {
  /** The CRM's user id. */
  userId: number;
  /** A role slug of the CRM, such as `agent` or `admin`. */
  role: string;
  /** Binds the token to this extension. */
  extension?: string;
  /** Such as `30m`, `24h` or `7d`; 24 hours by default, like the CRM's own tokens. */
  expiresIn?: string;
}

export interface TokenIssuer {
  /** The HS256 secret shared with the CRM. */
  jwtSecret: string;
  issuer?: string | null;
  audience?: string | null;
}

/** Signs a staff token with the same claims as the CRM. */
export async function issueToken(issuer: TokenIssuer, request: TokenRequest): Promise<string> {
  const { userId, role, extension, expiresIn = '24h' } = request;
  const token = new SignJWT({
    id: userId,
    roleSlug: role,
    type: 'user',
    ...(extension === undefined ? {} : { extension }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime(expiresIn);
  if (issuer.issuer) {
    token.setIssuer(issuer.issuer);
  }
  if (issuer.audience) {
    token.setAudience(issuer.audience);
  }
  return await token.sign(new TextEncoder().encode(issuer.jwtSecret));
}
