import { SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Document } from '../support/documents.js';

const document = new Document('docs/reports.md');

/** Path and query of each line that asks the service. */
const REQUESTS = document.blocks.flatMap(({ text }) =>
  [...text.matchAll(/^curl "http:\/\/localhost:3000([^"]+)"/gmu)].map(([, path = '']) => path),
);

describe('docs/reports.md', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('asks every route that it names', () => {
    const asked = REQUESTS.map((path) => `GET ${path.split('?')[0]}`);
    expect(document.names('Route').sort()).toEqual(asked.sort());
  });

  it.each(REQUESTS)('%s is answered', async (path) => {
    expect((await app.get(path, SUPERVISOR)).status).toBe(200);
  });

  it('names the figures of the wallboard that have a target, with its variable', async () => {
    const { body } = await app.get('/api/telephony/wallboard', SUPERVISOR);
    const targets = Object.entries(body as Record<string, { target?: object } | null>)
      .filter(([, figure]) => figure?.target !== undefined)
      .map(([name]) => name);
    const rows = document.table('Figure now').filter(([, , target]) => target !== 'none');
    expect(rows.map(([name]) => name).sort()).toEqual(targets.sort());
  });
});
