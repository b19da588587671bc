import 'reflect-metadata';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { startEmbeddedPostgres } from '../../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../../src/database/migrator.js';
import { settingsFor } from './settings.js';

/** Pooled databases start from a dump: loading one takes a fraction of the time of creating a cluster. */
export interface Templates {
  readonly empty: Blob;
  readonly migrated: Blob;
  /** Path of a data folder with a cluster that has no schema. */
  readonly emptyDataFolder: string;
  /** Path of a data folder in the state after the first start of a service. */
  readonly dataFolder: string;
}

const { runFolder } = workerData as { runFolder: string };
const dataFolder = join(runFolder, 'data-folder');
const emptyDataFolder = join(runFolder, 'empty-data-folder');
const created = await startEmbeddedPostgres({ dataFolder: emptyDataFolder });
const empty = await created.dump();
await created.close();
await cp(emptyDataFolder, dataFolder, { recursive: true });
const postgres = await startEmbeddedPostgres({ dataFolder });
await migrate(settingsFor(postgres.url, 'embedded'), () => {});
const migrated = await postgres.dump();
await postgres.close();
const templates: Templates = { empty, migrated, emptyDataFolder, dataFolder };
parentPort?.postMessage(templates);
