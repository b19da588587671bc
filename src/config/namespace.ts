import { type ConfigFactory, registerAs } from '@nestjs/config';
import type { Environment } from './environment.js';

/**
 * A namespace of the configuration, injected by its `KEY` as `ConfigType<typeof itsConfig>`.
 *
 * `registerAs` alone would read `process.env`, which holds text that nobody has validated and is shared by all
 * applications of a process.
 */
export interface ConfigNamespace<Values extends object> {
  (environment: Environment): Values;
  readonly KEY: string | symbol;
}

export function namespace<Values extends object>(
  name: string,
  read: (environment: Environment) => Values,
): ConfigNamespace<Values> {
  const { KEY } = registerAs(name, () => ({}));
  return Object.assign((environment: Environment) => read(environment), { KEY });
}

/** Provides values as those of a namespace. */
export function provided<Values extends object>(
  { KEY }: ConfigNamespace<Values>,
  values: Values,
): ConfigFactory {
  return Object.assign(() => values, { KEY });
}
