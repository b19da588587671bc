import { namespace } from '../namespace.js';

/** Where metrics are served. Without port and token they are not served. */
export const metricsConfig = namespace('metrics', (environment) => ({
  /** null: on the port of the service. */
  port: environment.METRICS_PORT ?? null,
  host: environment.METRICS_HOST,
  /** null: on a port of their own, metrics need no authentication. */
  token: environment.METRICS_TOKEN ?? null,
}));
