import { type ConfigFactory, registerAs } from '@nestjs/config';
import type { Environment } from './environment.js';

/**
 * A configuration namespace, injected by its `KEY` as `ConfigType<typeof …Config>`.
 *
 * Unlike a plain `registerAs` factory it does not read `process.env`, which is not validated and is shared by all
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

/** A factory for `ConfigModule.forRoot({ load })` that returns these values for the namespace. */
export function configFactory<Values extends object>(
  { KEY }: ConfigNamespace<Values>,
  values: Values,
): ConfigFactory {
  return Object.assign(() => values, { KEY });
}
