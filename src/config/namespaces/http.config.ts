import { namespace } from '../namespace.js';

export const httpConfig = namespace('http', (environment) => ({
  port: environment.PORT,
  host: environment.HOST ?? (environment.NODE_ENV === 'production' ? '0.0.0.0' : '127.0.0.1'),
  /** Connections that one address may hold, unless it is a trusted proxy. */
  connectionsPerAddress: environment.HTTP_CONNECTIONS_PER_ADDRESS,
  /** Origins whose pages may call the API; empty: no CORS. */
  browserOrigins: environment.BROWSER_ORIGINS,
  /** Whether the description of the API is served. */
  apiDocs: environment.API_DOCS ? environment.API_DOCS === 'true' : environment.NODE_ENV !== 'production',
  /** Addresses and CIDR blocks of proxies whose X-Forwarded-For is trusted. */
  trustedProxies: environment.TRUSTED_PROXIES,
}));
