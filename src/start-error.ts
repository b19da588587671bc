import { DomainError } from './common/errors/domain-error.js';
import { ConfigurationError } from './config/configuration-error.js';
import type { Configuration } from './config/configuration.js';

/** A failed `listen` of Node.js. */
interface ListenError extends NodeJS.ErrnoException {
  readonly port?: number;
  readonly address?: string;
}

/**
 * Why the service did not start, for a person to act on. @param configuration null: it could not be read
 * @returns null for an unexpected error, of which the stack is needed
 */
export function explainStartError(error: unknown, configuration: Configuration | null): string | null {
  if (error instanceof ConfigurationError || error instanceof DomainError) return error.message;
  if (!(error instanceof Error) || configuration === null) return null;
  const { code, port, address = '' } = error as ListenError;
  const { http, metrics } = configuration;
  const isOfMetrics = port !== undefined && port === metrics.port && port !== http.port;
  const variable = isOfMetrics ? 'METRICS_PORT' : 'PORT';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. Set ${variable} to another one, or stop the process that has it`;
    case 'EACCES':
      return port === undefined
        ? null
        : `Port ${port} may not be opened by this user. Set ${variable} to one above 1023`;
    case 'EADDRNOTAVAIL': {
      const host = isOfMetrics ? 'METRICS_HOST' : 'HOST';
      return `${address} is no address of this machine. Set ${host} to one of them`;
    }
    default:
      return null;
  }
}
