import { warningsOf } from '../environment-rules.js';
import { namespace } from '../namespace.js';

export const appConfig = namespace('app', (environment) => ({
  environment: environment.NODE_ENV,
  logLevel: environment.LOG_LEVEL,
  /** Holds the embedded database and the generated development secret. */
  dataFolder: environment.DATA_FOLDER,
  /** What is allowed but worth a second look, in sentences to print at the start. */
  warnings: warningsOf(environment) as readonly string[],
}));
