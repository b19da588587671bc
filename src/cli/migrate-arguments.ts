import type { RevertTarget } from '../database/migrator.js';
import { readArguments, UsageError } from './command.js';

const USAGE = `Usage: node dist/src/cli/migrate.js <command>, or npm run migration:<command> in a checkout

  run                      applies all migrations that are not applied
  revert                   reverts the migration that was applied last
  revert --to <migration>  reverts those after this one, which stays applied; 0: reverts all
  revert --all             reverts all, down to the schema before the first one
  generate <PascalCaseName>
                           writes the migration that changes the schema to match the entities (in a checkout)`;

export type MigrateCommand =
  | { readonly name: 'run' }
  | { readonly name: 'revert'; readonly target: RevertTarget }
  | { readonly name: 'generate'; readonly title: string };

/** @throws {UsageError} with the usage for arguments that are no command */
export function readMigrateCommand(args: string[]): MigrateCommand {
  const {
    positionals: [command, title, ...rest],
    values: { to, all },
  } = readArguments(
    {
      args,
      allowPositionals: true,
      options: { to: { type: 'string' }, all: { type: 'boolean', default: false } },
    },
    USAGE,
  );
  const flags = to !== undefined || all;
  if (rest.length > 0) throw new UsageError(USAGE);
  if (command === 'run' && title === undefined && !flags) return { name: 'run' };
  if (command === 'revert' && title === undefined && !(to !== undefined && all)) {
    return { name: 'revert', target: revertTarget(to, all) };
  }
  if (command === 'generate' && title !== undefined && /^[A-Z][A-Za-z0-9]*$/.test(title) && !flags) {
    return { name: 'generate', title };
  }
  throw new UsageError(USAGE);
}

function revertTarget(to: string | undefined, all: boolean): RevertTarget {
  if (all || to === '0') return 'all';
  return to === undefined ? 'last' : { downTo: to };
}
