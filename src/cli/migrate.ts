import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadProcessConfiguration } from '../config/configuration.js';
import { startDatabaseServer } from '../database/database-server.js';
import type { DatabaseSettings } from '../database/data-source.js';
import { migrate, revertMigrations, type RevertTarget, schemaDifference } from '../database/migrator.js';

const USAGE = `Usage: node dist/src/cli/migrate.js <command>, or npm run migration:<command> in a checkout

  run                      applies all migrations that are not applied
  revert                   reverts the migration that was applied last
  revert --to <migration>  reverts those after this one, which stays applied; 0: reverts all
  revert --all             reverts all, down to the schema before the first one
  generate <PascalCaseName>
                           writes the migration that changes the schema to match the entities (in a checkout)
`;

function say(message: string): void {
  process.stdout.write(`${message}\n`);
}

/** Writes a migration from the difference between schema and entities to `migrations/` of the working directory. */
async function generate(settings: DatabaseSettings, name: string): Promise<void> {
  const { up, down } = await schemaDifference(settings, say);
  if (up.length === 0) {
    say('The database is what the entities say: nothing to generate.');
    return;
  }
  const timestamp = Date.now();
  const file = join('migrations', `${timestamp}-${name}.ts`);
  writeFileSync(file, migrationSource(`${name}${timestamp}`, up, down), { flag: 'wx' });
  say(`Wrote ${file}. Read it, say in it why, and add it to migrations/index.ts.`);
}

function migrationSource(className: string, up: string[], down: string[]): string {
  return `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ${className} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
${up.map(statement).join('\n')}
  }

  async down(queryRunner: QueryRunner): Promise<void> {
${down.map(statement).join('\n')}
  }
}
`;
}

function statement(query: string): string {
  return `    await queryRunner.query(\`${query.replaceAll(/[\\`$]/g, String.raw`\$&`)}\`);`;
}

type Work = (settings: DatabaseSettings) => Promise<void>;

async function main(args: string[]): Promise<void> {
  const work = workOf(args);
  const server = await startDatabaseServer(loadProcessConfiguration(), say);
  try {
    await work(server.settings);
  } finally {
    await server.close();
  }
}

/** @throws {Error} with the usage for arguments that are no command */
function workOf(args: string[]): Work {
  const { command, name, to, all } = readArguments(args);
  const flags = to !== undefined || all;
  if (command === 'run' && name === undefined && !flags) return (settings) => migrate(settings, say);
  if (command === 'revert' && name === undefined && !(to !== undefined && all)) {
    return (settings) => revertMigrations(settings, revertTarget(to, all), say);
  }
  if (command === 'generate' && name !== undefined && /^[A-Z][A-Za-z0-9]*$/.test(name) && !flags) {
    return (settings) => generate(settings, name);
  }
  throw new Error(USAGE.trimEnd());
}

function readArguments(args: string[]): { command?: string; name?: string; to?: string; all: boolean } {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { to: { type: 'string' }, all: { type: 'boolean', default: false } },
    });
    const [command, name, ...rest] = positionals;
    return rest.length === 0 ? { command, name, ...values } : { all: false };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE.trimEnd()}`, {
      cause: error,
    });
  }
}

function revertTarget(to: string | undefined, all: boolean): RevertTarget {
  if (all || to === '0') return 'all';
  return to === undefined ? 'last' : { downTo: to };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
