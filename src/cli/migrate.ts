import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadProcessConfiguration } from '../config/configuration.js';
import { startDatabaseServer } from '../database/database-server.js';
import type { DatabaseSettings } from '../database/data-source.js';
import { migrate, revertMigrations, schemaDifference } from '../database/migrator.js';
import { type MigrateCommand, readMigrateCommand } from './migrate-arguments.js';

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

async function main(args: string[]): Promise<void> {
  const command = readMigrateCommand(args);
  const server = await startDatabaseServer(loadProcessConfiguration(), say);
  try {
    await execute(command, server.settings);
  } finally {
    await server.close();
  }
}

function execute(command: MigrateCommand, settings: DatabaseSettings): Promise<void> {
  switch (command.name) {
    case 'run':
      return migrate(settings, say);
    case 'revert':
      return revertMigrations(settings, command.target, say);
    case 'generate':
      return generate(settings, command.title);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
