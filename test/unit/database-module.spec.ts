import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { loadConfiguration } from '../../src/config/configuration.js';
import { lockDataFolder } from '../../src/database/embedded/data-folder-lock.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { describeDatabase } from '../../src/database/database-server.js';
import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { prepareDataFolder, prepareEmptyDataFolder } from '../support/database.js';

describe('the database module', () => {
  let dataFolder: string;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'database-module-'));
  });

  afterEach(() => rm(dataFolder, { recursive: true }));

  it('starts and migrates an embedded database, and closes it after all its users', async () => {
    await prepareEmptyDataFolder(dataFolder);
    const config = loadConfiguration({ NODE_ENV: 'test', DATA_FOLDER: dataFolder });
    const counted: number[] = [];
    const lastWords = {
      provide: 'last words',
      inject: [DataSource],
      useFactory: (dataSource: DataSource): BeforeApplicationShutdown => ({
        beforeApplicationShutdown: async () => void counted.push(await dataSource.manager.count(CallTask)),
      }),
    };
    const module = await Test.createTestingModule({
      imports: [DatabaseModule.register(config)],
      providers: [lastWords],
    }).compile();
    const dataSource = module.get(DataSource);
    await dataSource.manager.insert(CallTask, { customerId: '01712345678', priority: 'warm' });

    expect(() => lockDataFolder(dataFolder)).toThrow('in use');
    await module.close();
    expect(counted).toEqual([1]);
    expect(dataSource.isInitialized).toBe(false);
    expect(() => lockDataFolder(dataFolder).release()).not.toThrow();
  }, 60_000);

  it('leaves the data folder free when it cannot start', async () => {
    await prepareDataFolder(dataFolder);
    const config = loadConfiguration({ NODE_ENV: 'test', DATA_FOLDER: dataFolder });
    const broken = Object.assign(config, { database: { ...config.database, statementTimeoutMs: -1 } });
    const module = Test.createTestingModule({ imports: [DatabaseModule.register(broken)] });
    await expect(module.compile()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(() => lockDataFolder(dataFolder).release()).not.toThrow();
  }, 60_000);

  it('is described without its password', () => {
    const config = loadConfiguration({
      NODE_ENV: 'test',
      DATA_FOLDER: dataFolder,
      DATABASE_URL: 'postgres://telephony:sesame@db.example:5433/crm',
    });
    expect(describeDatabase(config)).toBe('PostgreSQL at db.example:5433/crm');
    expect(describeDatabase({ app: config.app, database: { ...config.database, url: null } })).toBe(
      `embedded PostgreSQL in ${join(dataFolder, 'postgres')}`,
    );
  });
});
