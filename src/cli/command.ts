import { parseArgs, type ParseArgsConfig, types } from 'node:util';
import { ConfigurationError } from '../config/configuration-error.js';
import { isUserId } from '../modules/auth/agent-identity.js';

/** The arguments of a command are invalid; the message says what is expected. */
export class UsageError extends Error {}

/** What a command prints, and its exit code. */
export interface CommandResult {
  readonly code: 0 | 1;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @param usage follows the message of the error
 * @throws {UsageError} for an option that is unknown or lacks its value
 */
export function readArguments<T extends ParseArgsConfig>(
  config: T,
  usage?: string,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const message = types.isNativeError(error) ? error.message : String(error);
    throw new UsageError(usage === undefined ? message : `${message}\n\n${usage}`, { cause: error });
  }
}

/**
 * Reads the value of `--user`: decimal digits, the id of a user of the CRM.
 * @throws {UsageError}
 */
export function readUserId(text: string | undefined): number {
  const userId = text !== undefined && /^\d+$/u.test(text) ? Number(text) : null;
  if (!isUserId(userId)) throw new UsageError('--user must be the id of a CRM user, such as --user 7');
  return userId;
}

/**
 * Runs a command that prints one text, or says on standard error what its caller has to mend.
 *
 * @param helpCommand the command line that prints the usage
 * @throws what is neither a UsageError nor a ConfigurationError
 */
export async function resultOf(
  run: () => string | Promise<string>,
  helpCommand: string,
): Promise<CommandResult> {
  try {
    return { code: 0, stdout: await run(), stderr: '' };
  } catch (error) {
    if (error instanceof UsageError) {
      return { code: 1, stdout: '', stderr: `${error.message}\nSee: ${helpCommand}\n` };
    }
    if (error instanceof ConfigurationError) return { code: 1, stdout: '', stderr: `${error.message}\n` };
    throw error;
  }
}

/** Prints the result of a command as that of this process. */
export function printResult({ code, stdout, stderr }: CommandResult): void {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}

/**
 * Runs a command as this process. Of an error it prints the message alone, and of a UsageError how to get the usage.
 *
 * @param run returns the exit code
 * @param helpCommand the command line that prints the usage
 */
export async function runCommand(run: () => Promise<number>, helpCommand: string): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const message = types.isNativeError(error) ? error.message : String(error);
    process.stderr.write(`${message}\n${error instanceof UsageError ? `See: ${helpCommand}\n` : ''}`);
    process.exitCode = 1;
  }
}
