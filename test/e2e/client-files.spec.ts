import { readFileSync } from 'node:fs';
import request from 'supertest';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { Document, ROOT } from '../support/documents.js';

const CRM = 'https://crm.example.com';
const LIMIT = 3_000;

describe('the scripts for pages of front ends', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { http: { browserOrigins: [CRM] } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const fetchFile = (path: string) => request(app.url).get(path).buffer(true).set('Origin', CRM);

  it('have a button of at most 3 kB', () => {
    expect(readFileSync(`${ROOT}dist/client/button.js`).length).toBeLessThanOrEqual(LIMIT);
  });

  it.each(new Document('docs/click-to-call.md').names('Served at'))(
    '%s is served to a page of another origin, and asked for again by its ETag',
    async (path) => {
      const { status, headers } = await fetchFile(path);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': expect.stringMatching(/^(?:text|application)\/javascript; charset=utf-8$/u),
        'cross-origin-resource-policy': 'cross-origin',
        'access-control-allow-origin': CRM,
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
      });
      const again = await fetchFile(path).set('If-None-Match', String(headers.etag));
      expect(again.status).toBe(304);
    },
  );

  it.each(['button.d.ts', '', '../src/main.js', '%2e%2e/src/main.js', 'button.js/'])(
    'are all that is served there: %s is not found',
    async (path) => {
      const { status, body } = await request(app.url).get(`/api/telephony/client/${path}`);
      expect([status, body.code]).toEqual([404, 'ROUTE_NOT_FOUND']);
    },
  );
});
