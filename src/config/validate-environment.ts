import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ConfigurationError } from './configuration-error.js';
import { problemsOf } from './environment-rules.js';
import { Environment, ENVIRONMENT_VARIABLES } from './environment.js';

/**
 * Reads the variables declared in `Environment` from `env` and ignores all others. An empty value counts as unset.
 *
 * @throws ConfigurationError naming every variable that is wrong, never its value
 */
export function validateEnvironment(env: NodeJS.ProcessEnv): Environment {
  const given = ENVIRONMENT_VARIABLES.flatMap(({ name }) => (env[name] ? [[name, env[name]]] : []));
  const environment = plainToInstance(Environment, Object.fromEntries(given));
  const problems = [...invalidVariables(environment), ...problemsOf(environment, Boolean(env.NODE_ENV))];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environment;
}

function invalidVariables(environment: Environment): string[] {
  const invalid = new Set(
    validateSync(environment, { skipUndefinedProperties: true }).map(({ property }) => property),
  );
  return ENVIRONMENT_VARIABLES.filter(({ name }) => invalid.has(name)).map(
    ({ name, expects }) => `${name} must be ${expects}`,
  );
}
