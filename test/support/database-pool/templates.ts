import 'reflect-metadata';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { startEmbeddedPostgres } from '../../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../../src/database/migrator.js';
import { settingsFor } from './settings.js';

/** Pooled databases start from a dump: loading one takes a fraction of the time of creating a cluster. */
export interface Templates {
  readonly empty: Blob;
  readonly migrated: Blob;
  /** Path of a data folder in the state after the first start of a service. */
  readonly dataFolder: string;
}

const { runFolder } = workerData as { runFolder: string };
const dataFolder = join(runFolder, 'data-folder');
const postgres = await startEmbeddedPostgres({ dataFolder });
const empty = await postgres.dump();
await migrate(settingsFor(postgres.url, 'embedded'), () => {});
const migrated = await postgres.dump();
await postgres.close();
const templates: Templates = { empty, migrated, dataFolder };
parentPort?.postMessage(templates);
