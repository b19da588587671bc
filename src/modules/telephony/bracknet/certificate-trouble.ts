/** Errors of a certificate that no known authority has signed (OpenSSL's names, as Node reports them). */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
  'CERT_SIGNATURE_FAILURE',
]);

/** Errors of a certificate that is signed, but is not valid for this host or at this time. */
const NOT_VALID: ReadonlySet<string> = new Set([
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'INVALID_PURPOSE',
]);

/**
 * What to do about a connection that failed because of the PBX's certificate; null: it failed for another reason.
 *
 * @param code of the error of the connection
 */
export function certificateTrouble(code: string | undefined): string | null {
  if (code === undefined) return null;
  if (UNKNOWN_AUTHORITY.has(code)) {
    return `the certificate of the PBX is from an unknown authority (${code}): set BRACKNET_CA_FILE to the certificate of that authority`;
  }
  return NOT_VALID.has(code)
    ? `the certificate of the PBX is not valid for BRACKNET_API_BASE_URL at this time (${code}): have it renewed, or check the host name and the clock`
    : null;
}
