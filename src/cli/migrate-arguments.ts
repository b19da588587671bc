import { parseArgs, types } from 'node:util';
import type { RevertTarget } from '../database/migrator.js';

const USAGE = `Usage: node dist/src/cli/migrate.js <command>, or npm run migration:<command> in a checkout

  run                      applies all migrations that are not applied
  revert                   reverts the migration that was applied last
  revert --to <migration>  reverts those after this one, which stays applied; 0: reverts all
  revert --all             reverts all, down to the schema before the first one
  generate <PascalCaseName>
                           writes the migration that changes the schema to match the entities (in a checkout)
`;

export type MigrateCommand =
  | { readonly name: 'run' }
  | { readonly name: 'revert'; readonly target: RevertTarget }
  | { readonly name: 'generate'; readonly title: string };

/** @throws {Error} with the usage for arguments that are no command */
export function readMigrateCommand(args: string[]): MigrateCommand {
  const { command, title, to, all } = readArguments(args);
  const flags = to !== undefined || all;
  if (command === 'run' && title === undefined && !flags) return { name: 'run' };
  if (command === 'revert' && title === undefined && !(to !== undefined && all)) {
    return { name: 'revert', target: revertTarget(to, all) };
  }
  if (command === 'generate' && title !== undefined && /^[A-Z][A-Za-z0-9]*$/.test(title) && !flags) {
    return { name: 'generate', title };
  }
  throw new Error(USAGE.trimEnd());
}

function readArguments(args: string[]): { command?: string; title?: string; to?: string; all: boolean } {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { to: { type: 'string' }, all: { type: 'boolean', default: false } },
    });
    const [command, title, ...rest] = positionals;
    return rest.length === 0 ? { command, title, ...values } : { all: false };
  } catch (error) {
    throw new Error(`${types.isNativeError(error) ? error.message : String(error)}\n\n${USAGE.trimEnd()}`, {
      cause: error,
    });
  }
}

function revertTarget(to: string | undefined, all: boolean): RevertTarget {
  if (all || to === '0') return 'all';
  return to === undefined ? 'last' : { downTo: to };
}
