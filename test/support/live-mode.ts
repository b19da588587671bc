import { TestApp } from './app.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { SimulatedPbx } from './simulated-pbx.js';

/** An application in live mode, the PBX it talks to, and the database of both. */
export interface LiveMode {
  readonly database: TestDatabase;
  readonly pbx: SimulatedPbx;
  readonly app: TestApp;
}

/**
 * Brings one up for the tests of the `describe` it is called in. Each test begins with empty tables, and with a PBX that
 * behaves as at first.
 *
 * @returns what is there while a test or one of its hooks runs
 */
export function useLiveMode(): LiveMode {
  let database: TestDatabase;
  let pbx: SimulatedPbx;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    pbx = await SimulatedPbx.start();
    app = await TestApp.start(database, { bracknet: pbx.access });
    pbx.tells(app);
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
