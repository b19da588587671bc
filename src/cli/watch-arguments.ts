import type { Configuration } from '../config/configuration.js';
import type { TokenRequest } from '../modules/auth/issue-token.js';
import { readArguments, UsageError } from './command.js';
import { signToken, toTokenRequest } from './token-command.js';

export const WATCH_USAGE = `Prints what the service pushes to a user, a line for each message, until Ctrl-C.

  npm run watch -- --extension 201
  npm run watch -- --role supervisor
  node dist/src/cli/watch.js --extension 201        the same where the service is built, as in the image

  --extension <digits>  as the agent at this extension
  --user <id>           as this user of the CRM (7)
  --role <slug>         agent (default), or supervisor, who sees every call
  --token <token>       with this token, instead of one signed with JWT_SECRET
  --url <url>           where the service is (http://localhost and PORT)
  --full                prints telephone numbers and names in full
  --help                this text
`;

export interface WatchRequest {
  readonly url: string;
  readonly getToken: () => Promise<string>;
  /** What the user is, for the first line. */
  readonly who: string;
  readonly isFull: boolean;
}

/**
 * @param loadConfiguration called only when an argument is missing that it has
 * @throws {UsageError} @throws {ConfigurationError} when there is no secret to sign a token with
 */
export async function readWatchArguments(
  args: string[],
  loadConfiguration: () => Configuration,
): Promise<WatchRequest | 'help'> {
  const { values } = readArguments({
    args,
    options: {
      extension: { type: 'string' },
      user: { type: 'string' },
      role: { type: 'string' },
      token: { type: 'string' },
      url: { type: 'string' },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { token, url, extension, user, role, full } = values;
  if (url !== undefined && !/^https?:\/\/[^/?#\s]+\/?$/u.test(url)) {
    throw new UsageError('--url must be an origin without a path, such as --url https://api.example.com');
  }
  let loaded: Configuration | null = null;
  const configuration = (): Configuration => (loaded ??= loadConfiguration());
  const address = url ?? `http://localhost:${configuration().http.port}`;
  if (token !== undefined) {
    if (extension !== undefined || user !== undefined || role !== undefined) {
      throw new UsageError('--token says who it is: leave out --extension, --user and --role');
    }
    return {
      url: address,
      getToken: () => Promise.resolve(token),
      who: 'the owner of the token',
      isFull: full,
    };
  }
  const request = toTokenRequest({ user: user ?? '7', role: role ?? 'agent', extension, expires: '24h' });
  // An extension that the configuration does not allow shows here.
  await signToken(request, configuration());
  return {
    url: address,
    // Signed anew for each connection, so that the command outlives a token.
    getToken: () => signToken(request, configuration()),
    who: describe(request),
    isFull: full,
  };
}

function describe({ userId, role, extension }: TokenRequest): string {
  return `${role} ${userId}${extension === undefined ? '' : ` at extension ${extension}`}`;
}
