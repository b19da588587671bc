/**
 * Whether a page of this origin may open a socket. CORS does not hold for WebSockets: the browser sends its origin and
 * leaves the decision to the server.
 *
 * @param origin undefined: the client is no browser
 * @param host of the request; the scheme is not compared, because a proxy may have ended TLS
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  return host !== undefined && hostOf(origin) === host.toLowerCase();
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
