import { namespace } from '../namespace.js';

export const httpConfig = namespace('http', (environment) => ({
  port: environment.PORT,
  host: environment.HOST ?? (environment.NODE_ENV === 'production' ? '0.0.0.0' : '127.0.0.1'),
  /** Addresses and CIDR blocks of proxies whose X-Forwarded-For is trusted. */
  trustedProxies: environment.TRUSTED_PROXIES,
}));
