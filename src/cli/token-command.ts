import { parseArgs } from 'node:util';
import type { AppConfig } from '../config/app-config.js';
import { EXTENSION_PATTERN, isCustomerRole, isUserId } from '../modules/auth/agent-identity.js';
import { issueToken } from '../modules/auth/issue-token.js';

const USAGE = `Prints a bearer token of a member of staff, signed with JWT_SECRET as the CRM signs its own.

  npm run -s token -- --user 7 --role agent --extension 201

  --user <id>           user id of the CRM (required)
  --role <slug>         agent (default) or any role slug of the CRM, such as admin
  --extension <digits>  binds the token to this extension, 2 to 6 digits
  --expires <time>      life of the token: 30m, 24h (default), 7d
  --help                this text
`;

/** A flag is wrong; the message says which and what it should be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * What `npm run token` prints on stdout: a token and nothing else, or the usage when asked for.
 *
 * @throws UsageError
 * @throws ConfigurationError from `loadConfig`
 */
export async function tokenCommand(args: string[], loadConfig: () => AppConfig): Promise<string> {
  const flags = readFlags(args);
  if (flags.help) {
    return USAGE;
  }
  const { user, role, extension, expires } = flags;
  const userId = Number(user);
  if (!isUserId(userId)) {
    throw new UsageError('--user must be the id of a CRM user, such as --user 7');
  }
  if (!/^[\w-]+$/.test(role) || isCustomerRole(role)) {
    throw new UsageError('--role must be agent or a role slug of the staff, such as --role admin');
  }
  if (extension !== undefined && !EXTENSION_PATTERN.test(extension)) {
    throw new UsageError('--extension must be 2 to 6 digits, such as --extension 201');
  }
  if (!/^[1-9]\d{0,5}[smhd]$/.test(expires)) {
    throw new UsageError('--expires must be a number and a unit (s, m, h or d), such as --expires 24h');
  }
  const { jwtSecret, issuer, audience } = loadConfig().auth;
  if (jwtSecret === null) {
    throw new UsageError(
      'JWT_SECRET must be set: with JWT_JWKS_URL alone, only the identity provider issues tokens',
    );
  }
  const token = await issueToken(
    { jwtSecret, issuer, audience },
    { userId, role, extension, expiresIn: expires },
  );
  return `${token}\n`;
}

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        user: { type: 'string' },
        role: { type: 'string', default: 'agent' },
        extension: { type: 'string' },
        expires: { type: 'string', default: '24h' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
