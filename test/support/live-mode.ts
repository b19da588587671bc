import { TestApp } from './app.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { SimulatedPbx } from './simulated-pbx.js';

/** An application in live mode, its simulated PBX and its database. */
export interface LiveMode {
  readonly database: TestDatabase;
  readonly pbx: SimulatedPbx;
  readonly app: TestApp;
}

/**
 * Starts live mode for the tests of the enclosing `describe`. Each test starts with empty tables and with the default
 * behaviour of the PBX.
 *
 * @returns an object whose properties are set while a test or one of its hooks runs
 */
export function useLiveMode(): LiveMode {
  let database: TestDatabase;
  let pbx: SimulatedPbx;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    pbx = await SimulatedPbx.start();
    app = await TestApp.start(database, { bracknet: pbx.access });
    pbx.sendWebhooksTo(app);
  });
  afterAll(async () => {
    await app.close();
    await pbx.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    await pbx.reset();
  });

  return {
    get database() {
      return database;
    },
    get pbx() {
      return pbx;
    },
    get app() {
      return app;
    },
  };
}
