import { namespace } from '../namespace.js';

/** How metrics can be read; neither a port nor a token: not at all. */
export const metricsConfig = namespace('metrics', (environment) => ({
  /** null: on the port of the service. */
  port: environment.METRICS_PORT ?? null,
  host: environment.METRICS_HOST,
  /** null: on a port of their own whoever reaches it may read them. */
  token: environment.METRICS_TOKEN ?? null,
}));
