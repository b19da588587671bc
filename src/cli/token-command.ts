import { ConfigurationError } from '../config/configuration-error.js';
import type { Configuration } from '../config/configuration.js';
import { EXTENSION_TEXT, extensionForm, extensionProblem } from '../common/extension.js';
import { isCustomerRole } from '../modules/auth/agent-identity.js';
import { issueToken, type TokenRequest } from '../modules/auth/issue-token.js';
import { type CommandResult, readArguments, readUserId, resultOf, UsageError } from './command.js';

const USAGE = `Prints a bearer token of a member of staff, signed with JWT_SECRET as the CRM signs its own.

  npm run -s token -- --user 7 --role agent --extension 201
  node dist/src/cli/token.js --user 7 --role agent        the same where the service is built, as in the image

  --user <id>           user id of the CRM (required)
  --role <slug>         agent (default) or any role slug of the CRM, such as admin
  --extension <digits>  binds the token to this extension
  --expires <time>      life of the token: 30m, 24h (default), 7d
  --help                this text
`;

/**
 * The command `token`: what it prints for these arguments.
 *
 * @param loadConfiguration called only when the arguments are right
 */
export function tokenCommand(args: string[], loadConfiguration: () => Configuration): Promise<CommandResult> {
  return resultOf(async () => {
    const flags = readFlags(args);
    return flags.help ? USAGE : `${await signToken(toTokenRequest(flags), loadConfiguration())}\n`;
  }, 'node dist/src/cli/token.js --help');
}

export interface TokenFlags {
  readonly user?: string;
  readonly role: string;
  readonly extension?: string;
  readonly expires: string;
}

/** @throws {UsageError} */
function readFlags(args: string[]) {
  return readArguments({
    args,
    options: {
      user: { type: 'string' },
      role: { type: 'string', default: 'agent' },
      extension: { type: 'string' },
      expires: { type: 'string', default: '24h' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

/** @throws {UsageError} */
export function toTokenRequest({ user, role, extension, expires }: TokenFlags): TokenRequest {
  const userId = readUserId(user);
  if (!/^[\w-]+$/.test(role) || isCustomerRole(role)) {
    throw new UsageError('--role must be agent or a role slug of the staff, such as --role admin');
  }
  if (extension !== undefined && !EXTENSION_TEXT.test(extension)) throw extensionError('an extension');
  if (!/^[1-9]\d{0,5}[smhd]$/.test(expires)) {
    throw new UsageError('--expires must be a number and a unit (s, m, h or d), such as --expires 24h');
  }
  return { userId, role, extension, expiresIn: expires };
}

/** @throws {UsageError} @throws {ConfigurationError} when there is no secret to sign with */
export async function signToken(request: TokenRequest, { auth }: Configuration): Promise<string> {
  const { jwtSecret, issuer, audience, extensions } = auth;
  if (request.extension !== undefined && extensionProblem(request.extension, extensions) !== null) {
    throw extensionError(`${extensionForm(extensions)}, and no emergency number or short code`);
  }
  if (jwtSecret === null) {
    throw new ConfigurationError([
      'JWT_SECRET must be set: with JWT_JWKS_URL alone, only the identity provider issues tokens',
    ]);
  }
  return await issueToken({ jwtSecret, issuer, audience }, request);
}

function extensionError(expected: string): UsageError {
  return new UsageError(`--extension must be ${expected}, such as --extension 201`);
}
