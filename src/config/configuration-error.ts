/** The environment is invalid. The message names each problem but no values, so it is safe to print. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(
      problems.length === 1
        ? `Configuration: ${problems[0]}`
        : ['Configuration:', ...problems.map((problem) => `  - ${problem}`)].join('\n'),
      options,
    );
  }
}
