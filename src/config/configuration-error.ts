/** The environment is wrong. The message names each problem and never a value, so it may be printed as it stands. */
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
