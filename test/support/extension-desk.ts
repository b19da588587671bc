import { ExtensionDirectory } from '../../src/modules/agents/extensions/extension-directory.service.js';
import { SUPERVISOR, TestApp } from './app.js';
import { createTestDatabase, type TestDatabase } from './database.js';

export const EXTENSIONS = '/api/telephony/extensions';

/** An application whose configuration names two machines and a group; each test starts with no other extension. */
export function useExtensions(): { readonly app: TestApp } {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, {
      telephony: { unattended: ['VoiceMail', '900'], groups: ['600:201|202'] },
    });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    await app.db.query(`DELETE FROM telephony_extension_history WHERE kind = 'agent' OR extension = '700'`);
    await app.db.query(`DELETE FROM telephony_extension_members WHERE extension = '700'`);
    await app.db.query(`DELETE FROM telephony_extensions WHERE kind = 'agent' OR extension = '700'`);
    await app.nest.get(ExtensionDirectory).refresh();
  });

  return {
    get app() {
      return app;
    },
  };
}

/** A supervisor assigns an extension, and the directory knows of it: the announcement renews it a moment later. */
export async function assigned(app: TestApp, extension: string, body: object): Promise<void> {
  expect((await app.put(`${EXTENSIONS}/${extension}`, body, SUPERVISOR)).status).toBe(200);
  await app.nest.get(ExtensionDirectory).refresh();
}
