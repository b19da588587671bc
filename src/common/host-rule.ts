/** Hosts that may be asked: one origin, or all names below a domain. */
export interface HostRule {
  readonly protocol: 'http:' | 'https:';
  /** As URL writes it; without `*.` of a wildcard. */
  readonly hostname: string;
  /** Names below `hostname`, at any depth; not `hostname` itself. */
  readonly isWildcard: boolean;
  readonly port: number;
}

const DEFAULT_PORT = { 'http:': 80, 'https:': 443 } as const;

/** Reads `https://pbx.example.com`, `10.0.0.5:8443` (https) or `*.example.net`. null: it is none of these. */
export function readHostRule(text: string): HostRule | null {
  const [, scheme = 'https', wildcard, authority = ''] =
    /^(?:(https?):\/\/)?(\*\.)?([^/?#@\s*\\]+)$/iu.exec(text) ?? [];
  const address = `${scheme.toLowerCase()}://${authority}`;
  if (authority === '' || !URL.canParse(address)) return null;
  const { protocol, hostname, port, pathname } = new URL(address);
  if ((protocol !== 'http:' && protocol !== 'https:') || pathname !== '/') return null;
  if (wildcard !== undefined && !isDomain(hostname)) return null;
  return {
    protocol,
    hostname,
    isWildcard: wildcard !== undefined,
    port: port === '' ? DEFAULT_PORT[protocol] : Number(port),
  };
}

/** Whether the address is http or https, names no user, and its host, scheme and port are those of a rule. */
export function matchesHostRule(rules: readonly HostRule[], url: URL): boolean {
  const { protocol, username, password } = url;
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  if (username !== '' || password !== '') return false;
  const hostname = url.hostname.replace(/\.$/u, '');
  const port = url.port === '' ? DEFAULT_PORT[protocol] : Number(url.port);
  return rules.some(
    (rule) =>
      rule.protocol === protocol &&
      rule.port === port &&
      (rule.isWildcard ? hostname.endsWith(`.${rule.hostname}`) : hostname === rule.hostname),
  );
}

/** A name of at least two parts: `*.com` would be everybody, and an address has nothing below it. */
function isDomain(hostname: string): boolean {
  return /^[^.[\]]+(?:\.[^.[\]]+)+$/u.test(hostname) && !/^[\d.]+$/u.test(hostname);
}
