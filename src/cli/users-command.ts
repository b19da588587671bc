import type { Configuration } from '../config/configuration.js';
import { assertMigrated } from '../database/migrator.js';
import { openDatabase } from '../database/open-database.js';
import { AuditEntry } from '../modules/audit/audit-entry.entity.js';
import { AuditRepository } from '../modules/audit/audit.repository.js';
import { AuditService } from '../modules/audit/audit.service.js';
import { RevocationList } from '../modules/revocations/revocation-list.service.js';
import { RevocationsService } from '../modules/revocations/revocations.service.js';
import { RevokedUser } from '../modules/revocations/revoked-user.entity.js';
import { RevokedUserRepository } from '../modules/revocations/revoked-user.repository.js';
import { readArguments, readUserId, UsageError } from './command.js';
import { withChangeFeed } from './with-change-feed.js';

export const USERS_HELP = 'node dist/src/cli/users.js --help';

const USAGE = `Withdraws the tokens of a user of the CRM, or accepts them again.

  node dist/src/cli/users.js revoke --user 7 --reason "left the company"
  node dist/src/cli/users.js restore --user 7

  --user <id>      user id of the CRM (required)
  --reason <text>  why, for the supervisors; at most 500 characters
  --help           this text

Instances that run refuse the tokens at once, within 5 seconds at most. The act is recorded in the audit.
`;

interface UsersRequest {
  readonly command: 'revoke' | 'restore';
  readonly userId: number;
  readonly reason: string | null;
}

/** The command `users`. @returns what it prints */
export async function usersCommand(
  args: string[],
  loadConfiguration: () => Configuration,
  onProgress: (message: string) => void,
): Promise<string> {
  const request = readUsersArguments(args);
  return request === 'help' ? USAGE : carryOut(request, loadConfiguration(), onProgress);
}

/** @throws {UsageError} */
function readUsersArguments(args: string[]): UsersRequest | 'help' {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: {
      user: { type: 'string' },
      reason: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [command, ...rest] = positionals;
  if ((command !== 'revoke' && command !== 'restore') || rest.length > 0) {
    throw new UsageError('The command is: revoke, or restore');
  }
  const userId = readUserId(values.user);
  const { reason = null } = values;
  if (reason !== null && (command === 'restore' || reason === '' || reason.length > 500)) {
    throw new UsageError('--reason belongs to revoke, and has 1 to 500 characters');
  }
  return { command, userId, reason };
}

async function carryOut(
  { command, userId, reason }: UsersRequest,
  configuration: Configuration,
  onProgress: (message: string) => void,
): Promise<string> {
  const dataSource = await openDatabase(configuration, onProgress, assertMigrated);
  try {
    return await withChangeFeed(configuration, dataSource, async (feed) => {
      const { manager } = dataSource;
      const users = new RevokedUserRepository(RevokedUser, manager);
      const audit = new AuditService(new AuditRepository(AuditEntry, manager));
      const list = new RevocationList(users, feed, configuration.app);
      const revocations = new RevocationsService(dataSource, users, list, audit, feed);
      if (command === 'restore') {
        await revocations.restore(null, userId);
        return `Tokens of user ${userId} are accepted again.\n`;
      }
      const { revokedAt } = await revocations.revoke(null, userId, reason);
      return `Tokens of user ${userId} that were issued before ${revokedAt.toISOString()} are refused.\n`;
    });
  } finally {
    await dataSource.destroy();
  }
}
