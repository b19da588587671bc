import { warningsOf } from '../environment-rules.js';
import { namespace } from '../namespace.js';

export const appConfig = namespace('app', (environment) => ({
  environment: environment.NODE_ENV,
  logLevel: environment.LOG_LEVEL,
  /** Holds the embedded database and the generated development secret. */
  dataFolder: environment.DATA_FOLDER,
  /** Sentences about settings that are allowed but risky, to print at startup. */
  warnings: warningsOf(environment) as readonly string[],
}));
